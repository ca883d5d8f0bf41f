// The page's words in its three languages; written in each, not translated.
const WORDS = {
  vi: {
    title: "Điện thoại của khách", apps: "Ứng dụng", who: "Khách", another: "Thêm khách", write: "Viết tin nhắn", send: "Gửi", attach: "Gửi ảnh",
    close: "Đóng điện thoại", more: "Việc khác", keys: "Bàn phím trả lời", block: "Chặn shop", unblock: "Bỏ chặn", follow: "Quan tâm / bắt đầu", busy: "Mạng bận 3 lần, mỗi lần 2 giây",
    place: "Gửi vị trí", typing: "đang nhập…", edited: "đã sửa", deleted: "Tin đã thu hồi", unsend: "Thu hồi", react: "Thả cảm xúc", unreact: "Bỏ cảm xúc",
    open: "Mở", pick: "Chọn một mục", answering: "trả lời", template: "mẫu tin", newLines: "tin mới", empty: "Chưa có tin nào. Viết một câu, hoặc:",
    hello: "Shop mở cửa lúc mấy giờ?", attached: "tệp", location: "Vị trí", contact: "Danh thiếp", tooLarge: "Ảnh quá 5 MB.", refused: "Không gửi được. Thử lại nhé.",
    away: "Mất kết nối với sandbox.", nohook: "Chưa nối với hub.", connected: "Đã nối với hub", blocked: "Khách đã chặn shop.", limits: "Kênh này hiện được",
    state: { sent: "đã gửi", delivered: "đã tới", read: "đã xem", failed: "không tới" },
    limit: {
      text_units: (n, unit) => `chữ tới ${n} ${unit}`, quick_replies: (n) => `${n} trả lời nhanh`, buttons: (n) => `${n} nút`, rows: (n) => `danh sách ${n} dòng`,
      cards: (n) => `${n} thẻ`, templates: () => "mẫu tin", read_receipts: () => "báo đã xem", receipts: () => "báo đã tới", window_hours: (n) => `trả lời trong ${n} giờ`,
    },
    unit: { characters: "ký tự", bytes: "byte", utf16: "ký tự", gsm: "ký tự" },
  },
  en: {
    title: "Customers' phones", apps: "Apps", who: "Customer", another: "Another customer", write: "Write a message", send: "Send", attach: "Send a picture",
    close: "Close the phone", more: "More", keys: "Answer keys", block: "Block the shop", unblock: "Unblock", follow: "Follow / begin", busy: "Provider busy 3 times, 2 s each",
    place: "Send a place", typing: "typing…", edited: "edited", deleted: "Taken back", unsend: "Take back", react: "React", unreact: "Take the reaction back",
    open: "Open", pick: "Choose one", answering: "answers", template: "template", newLines: "new", empty: "Nothing here yet. Write something, or:",
    hello: "When is the shop open?", attached: "file", location: "Place", contact: "Contact", tooLarge: "The picture is larger than 5 MB.", refused: "That did not go. Try again.",
    away: "The sandbox does not answer.", nohook: "No hub is connected.", connected: "Connected to the hub", blocked: "The customer blocked the shop.", limits: "This channel shows",
    state: { sent: "sent", delivered: "delivered", read: "read", failed: "did not arrive" },
    limit: {
      text_units: (n, unit) => `texts to ${n} ${unit}`, quick_replies: (n) => `${n} quick replies`, buttons: (n) => `${n} buttons`, rows: (n) => `a list of ${n}`,
      cards: (n) => `${n} cards`, templates: () => "templates", read_receipts: () => "read receipts", receipts: () => "receipts", window_hours: (n) => `answers within ${n} h`,
    },
    unit: { characters: "characters", bytes: "bytes", utf16: "characters", gsm: "characters" },
  },
  "zh-TW": {
    title: "顧客的手機", apps: "應用程式", who: "顧客", another: "新增顧客", write: "輸入訊息", send: "傳送", attach: "傳送圖片",
    close: "關閉手機", more: "更多", keys: "回覆鍵盤", block: "封鎖商店", unblock: "解除封鎖", follow: "加入／開始", busy: "平台忙線 3 次，每次 2 秒",
    place: "傳送位置", typing: "輸入中…", edited: "已編輯", deleted: "訊息已收回", unsend: "收回", react: "表情回應", unreact: "取消回應",
    open: "開啟", pick: "選擇一項", answering: "回覆", template: "範本", newLines: "則新訊息", empty: "還沒有訊息。寫一句，或：",
    hello: "營業時間是幾點？", attached: "檔案", location: "位置", contact: "聯絡人", tooLarge: "圖片超過 5 MB。", refused: "沒有送出，請再試一次。",
    away: "沙盒沒有回應。", nohook: "尚未連接 hub。", connected: "已連接 hub", blocked: "顧客已封鎖商店。", limits: "此管道可顯示",
    state: { sent: "已傳送", delivered: "已送達", read: "已讀", failed: "未送達" },
    limit: {
      text_units: (n, unit) => `文字 ${n} ${unit}`, quick_replies: (n) => `${n} 個快速回覆`, buttons: (n) => `${n} 個按鈕`, rows: (n) => `${n} 列清單`,
      cards: (n) => `${n} 張卡片`, templates: () => "範本", read_receipts: () => "已讀回條", receipts: () => "送達回條", window_hours: (n) => `${n} 小時內回覆`,
    },
    unit: { characters: "字", bytes: "位元組", utf16: "字", gsm: "字" },
  },
};

const KEPT = "phones.language";
const wished = [localStorage.getItem(KEPT), ...navigator.languages].filter(Boolean);
const known = (tag) => (tag.startsWith("zh") ? "zh-TW" : tag.slice(0, 2)) in WORDS;

export let language = wished.filter(known).map((tag) => (tag.startsWith("zh") ? "zh-TW" : tag.slice(0, 2)))[0] || "vi";
export const speak = (tag) => {
  language = tag;
  localStorage.setItem(KEPT, tag);
};
export const word = (key) => WORDS[language][key];
export const number = (n) => new Intl.NumberFormat(language).format(n);
export const hour = (ms) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(ms);
export const limits = (can) => {
  const units = WORDS[language].unit[can.unit] || WORDS[language].unit.characters;
  return Object.entries(WORDS[language].limit)
    .filter(([key]) => can[key] && !(key === "receipts" && can.read_receipts))
    .map(([key, told]) => told(number(can[key]), units))
    .join(" · ");
};
