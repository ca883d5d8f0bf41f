/** What the widget says, in the three languages of the house. */

export interface Words {
  title: string;
  open: string;
  close: string;
  empty: string;
  field: string;
  send: string;
  attach: string;
  log: string;
  sending: string;
  sent: string;
  failed: string;
  refused: string;
  edited: string;
  file: string;
  offline: string;
  down: string;
  bot: string;
  agent: string;
  nudge: string;
  offers: string;
  typing: string;
  unread: (count: number) => string;
  remove: (name: string) => string;
  tooLarge: (name: string, most: string) => string;
  wrongKind: (name: string) => string;
  quota: string;
  uploadFailed: (name: string) => string;
  waits: string;
  drop: string;
  picture: string;
  goOn: (channel: string) => string;
  goOnHint: string;
  elsewhere: string;
}

const en: Words = {
  title: "Chat with us",
  open: "Open chat",
  close: "Close chat",
  empty: "Write to us: orders, delivery, returns, anything.",
  field: "Your message",
  send: "Send",
  attach: "Attach a picture or a file",
  log: "Conversation",
  sending: "sending…",
  sent: "sent",
  failed: "not sent yet – will try again",
  refused: "not sent: too long",
  edited: "edited",
  file: "not sent: attach the file again",
  offline: "No connection. What you write is sent as soon as it is back.",
  down: "New messages ↓",
  bot: "bot",
  agent: "Team",
  nudge: "reminder",
  offers: "Suggested answers",
  typing: "is typing",
  unread: (count) => (count === 1 ? "1 unread message" : `${count} unread messages`),
  remove: (name) => `Remove ${name}`,
  tooLarge: (name, most) => `${name} is too large: ${most} at most.`,
  wrongKind: (name) => `${name} cannot be sent: pictures, videos, sounds, PDF, office documents and text can.`,
  quota: "That is all that can be sent today. Please try again tomorrow.",
  uploadFailed: (name) => `${name} could not be uploaded. Try again.`,
  waits: "waits for the connection",
  drop: "Drop files here",
  picture: "Picture",
  goOn: (channel) => `Go on in ${channel}`,
  goOnHint: "The link works once, for 15 minutes.",
  elsewhere: "Go on in another app",
};

const vi: Words = {
  title: "Trò chuyện với shop",
  open: "Mở khung chat",
  close: "Đóng khung chat",
  empty: "Nhắn cho shop nhé: đơn hàng, giao hàng, đổi trả, gì cũng được ạ.",
  field: "Tin nhắn của bạn",
  send: "Gửi",
  attach: "Đính kèm ảnh hoặc tệp",
  log: "Cuộc trò chuyện",
  sending: "đang gửi…",
  sent: "đã gửi",
  failed: "chưa gửi được – sẽ thử lại",
  refused: "chưa gửi được: tin quá dài",
  edited: "đã sửa",
  file: "chưa gửi được: đính kèm lại tệp nhé",
  offline: "Mất kết nối. Có mạng lại là tin của bạn được gửi đi ngay.",
  down: "Tin mới ↓",
  bot: "bot",
  agent: "Nhân viên",
  nudge: "tin nhắc",
  offers: "Câu trả lời gợi ý",
  typing: "đang nhập",
  unread: (count) => `${count} tin chưa đọc`,
  remove: (name) => `Bỏ ${name}`,
  tooLarge: (name, most) => `${name} quá lớn, tối đa ${most}.`,
  wrongKind: (name) => `${name} không gửi được. Shop nhận ảnh, video, âm thanh, PDF, tài liệu văn phòng và văn bản.`,
  quota: "Hôm nay bạn đã gửi đủ dung lượng. Mai gửi tiếp nhé.",
  uploadFailed: (name) => `${name} chưa tải lên được. Bạn thử lại nhé.`,
  waits: "chờ có mạng",
  drop: "Thả tệp vào đây",
  picture: "Ảnh",
  goOn: (channel) => `Nhắn tiếp trên ${channel}`,
  goOnHint: "Liên kết dùng một lần, trong 15 phút.",
  elsewhere: "Nhắn nơi khác",
};

const zh: Words = {
  title: "線上客服",
  open: "開啟對話",
  close: "關閉對話",
  empty: "訂單、配送、退換貨，都可以問我們。",
  field: "輸入訊息",
  send: "傳送",
  attach: "附加圖片或檔案",
  log: "對話",
  sending: "傳送中…",
  sent: "已傳送",
  failed: "尚未送出，會自動重試",
  refused: "無法送出：內容過長",
  edited: "已編輯",
  file: "無法送出：請重新附加檔案",
  offline: "連線中斷。恢復後會自動送出您寫的訊息。",
  down: "新訊息 ↓",
  bot: "機器人",
  agent: "客服人員",
  nudge: "提醒",
  offers: "建議回覆",
  typing: "輸入中",
  unread: (count) => `${count} 則未讀訊息`,
  remove: (name) => `移除 ${name}`,
  tooLarge: (name, most) => `${name} 太大，上限為 ${most}。`,
  wrongKind: (name) => `無法傳送 ${name}。可傳送圖片、影片、聲音、PDF、Office 文件與純文字。`,
  quota: "今天的傳送量已滿，請明天再試。",
  uploadFailed: (name) => `${name} 上傳失敗，請再試一次。`,
  waits: "等待連線",
  drop: "將檔案放到這裡",
  picture: "圖片",
  goOn: (channel) => `在 ${channel} 繼續`,
  goOnHint: "連結限用一次，15 分鐘內有效。",
  elsewhere: "改用其他 App",
};

export const WORDS: Record<string, Words> = { en, vi, "zh-TW": zh };

/** The first of these language tags that the widget speaks; English otherwise. */
export function spoken(tags: readonly string[]): string {
  const known: Record<string, string> = { vi: "vi", en: "en", zh: "zh-TW" };
  return tags.map((tag) => known[tag.toLowerCase().split("-")[0] ?? ""]).find(Boolean) ?? "en";
}
