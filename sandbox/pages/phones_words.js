// The page's words in its three languages; written in each, not translated.
const WORDS = {
  vi: {
    chats: "Tin nhắn", posts: "Bài viết", comment: "Viết bình luận", hidden: "Shop đã ẩn, chỉ bạn còn thấy", liked: "Shop đã thích", remove: "Xoá", by: "Shop",
    title: "Điện thoại của khách", apps: "Ứng dụng", who: "Khách", another: "Thêm khách", write: "Viết tin nhắn", send: "Gửi", attach: "Gửi ảnh",
    close: "Đóng điện thoại", more: "Việc khác", keys: "Bàn phím trả lời", block: "Chặn shop", unblock: "Bỏ chặn", follow: "Quan tâm / bắt đầu",
    start: "Bắt đầu", comeStart: "Khách đến từ khung chat của shop. Bấm Bắt đầu để shop nhận ra.", comeSay: "Khách đến từ khung chat của shop. Gửi dòng viết sẵn để shop nhận ra.",
    wrong: "Thử sự cố của nhà cung cấp",
    troubles: {
      busy: ["Bận ba lần, mỗi lần 2 giây", "Ba lần gửi tới sẽ bị từ chối. Hub chờ đúng 2 giây mỗi lần rồi gửi lại, đúng thứ tự."],
      down: ["Sập hai lần", "Hai lần gửi tới sẽ gặp lỗi 503. Hub lùi lại rồi thử tiếp."],
      silent: ["Nhận rồi im lặng 15 giây", "Tin tới sẽ hiện ngay, nhưng hub không nghe trả lời nên gửi lại: có khi khách thấy hai lần."],
      cut: ["Nhận rồi ngắt kết nối", "Tin tới sẽ hiện, nhưng kết nối đứt trước khi hub biết, nên hub gửi lại."],
      twice: ["Báo tin của khách hai lần", "Nhắn một câu: hub nghe hai lần và chỉ trả lời một."],
      swapped: ["Đảo thứ tự hai tin", "Nhắn hai câu: câu sau tới hub trước câu đầu."],
      ticket: ["Vé trả lời hết hạn", "Câu trả lời tới không gửi miễn phí được nữa: hub gửi bằng tin đẩy, tính vào hạn mức tháng."],
      expired: ["Hết hạn trả lời", "Tin tới sẽ bị từ chối vì đã quá hạn. Xem lý do trong màn hình nhân viên."],
    },
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
    chats: "Messages", posts: "Post", comment: "Write a comment", hidden: "Hidden by the shop, only you still see it", liked: "The shop likes this", remove: "Delete", by: "Shop",
    title: "Customers' phones", apps: "Apps", who: "Customer", another: "Another customer", write: "Write a message", send: "Send", attach: "Send a picture",
    close: "Close the phone", more: "More", keys: "Answer keys", block: "Block the shop", unblock: "Unblock", follow: "Follow / begin",
    start: "Start", comeStart: "Came from the shop's chat. Press Start, and the shop knows who it is.", comeSay: "Came from the shop's chat. Send the line as it is, and the shop knows who it is.",
    wrong: "Make the provider fail",
    troubles: {
      busy: ["Busy three times, 2 s each", "The next three sends are refused. The hub waits 2 s each time, then sends again, in order."],
      down: ["Down twice", "The next two sends meet a 503. The hub steps back and tries again."],
      silent: ["Takes it, then silent for 15 s", "The next line shows at once, but the hub hears nothing and sends again: it may show twice."],
      cut: ["Takes it, then hangs up", "The next line shows, but the connection breaks before the hub knows, so it sends again."],
      twice: ["Tells of the customer's line twice", "Write a line: the hub hears it twice and answers once."],
      swapped: ["Swaps two lines", "Write two lines: the second reaches the hub before the first."],
      ticket: ["The reply token has ended", "The next answer cannot go for nothing: the hub pushes it, which counts against the month."],
      expired: ["Time to answer is over", "The next line is refused as too late. The agent's console says why."],
    },
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
    chats: "訊息", posts: "貼文", comment: "輸入留言", hidden: "商店已隱藏，只有您看得到", liked: "商店按讚", remove: "刪除", by: "商店",
    title: "顧客的手機", apps: "應用程式", who: "顧客", another: "新增顧客", write: "輸入訊息", send: "傳送", attach: "傳送圖片",
    close: "關閉手機", more: "更多", keys: "回覆鍵盤", block: "封鎖商店", unblock: "解除封鎖", follow: "加入／開始",
    start: "開始", comeStart: "從商店的對話過來。按「開始」，商店就認得。", comeSay: "從商店的對話過來。送出寫好的這一行，商店就認得。",
    wrong: "模擬平台出錯",
    troubles: {
      busy: ["忙線三次，每次 2 秒", "接下來三次傳送會被拒絕。hub 每次等 2 秒再照順序重送。"],
      down: ["停擺兩次", "接下來兩次傳送會遇到 503。hub 會先退開再重試。"],
      silent: ["收下後 15 秒不回應", "下一則會立刻出現，但 hub 沒等到回應會再送一次，可能出現兩次。"],
      cut: ["收下後斷線", "下一則會出現，但 hub 得知之前連線就斷了，所以會再送一次。"],
      twice: ["顧客訊息通知兩次", "寫一句：hub 收到兩次，只回答一次。"],
      swapped: ["兩則訊息順序對調", "寫兩句：後一句會先到 hub。"],
      ticket: ["回覆權杖失效", "下一則回答不能免費送出：hub 改用推播，計入每月額度。"],
      expired: ["回覆期限已過", "下一則會因逾期被拒。原因可在客服畫面查看。"],
    },
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
