// The shop's words in its three languages; written in each, not translated.
const WORDS = {
  vi: {
    shop: "Tiệm Mây", skip: "Tới nội dung", all: "Sản phẩm", cart: "Giỏ hàng", language: "Ngôn ngữ", account: "Đăng nhập",
    title: "Đồ linen may tại Hội An", lead: "Mười hai món may từ linen và những thứ đi cùng. Giao cả nước 2–4 ngày, đổi size lần đầu miễn phí.",
    size: "Size", out: "hết", add: "Thêm vào giỏ", added: "Đã thêm vào giỏ.", toCart: "Xem giỏ hàng", ask: "Hỏi về món này", askText: "Cho mình hỏi về",
    points: ["Giao 2–4 ngày, miễn phí từ 500.000 ₫", "Đổi trả trong 15 ngày", "Giặt 30 °C, phơi chỗ mát"],
    empty: "Giỏ hàng đang trống.", look: "Xem sản phẩm", quantity: "Số lượng", remove: "Bỏ ra", total: "Tổng cộng", checkout: "Đặt hàng",
    name: "Họ tên", phone: "Số điện thoại", email: "E-mail (không bắt buộc)", address: "Địa chỉ nhận hàng", pay: "Thanh toán",
    test: "Đây là cửa hàng thử: không trừ tiền, không giao hàng.", place: "Thanh toán thử", placing: "Đang đặt…",
    done: "Cảm ơn bạn đã đặt hàng", number: "Mã đơn", doneLead: "Bạn có thể hỏi đơn tới đâu ngay trong khung chat, chỉ cần mã đơn và 4 số cuối điện thoại.",
    where: "Hỏi đơn tới đâu", whereText: "Đơn hàng của mình tới đâu rồi?", more: "Tiếp tục xem hàng",
    pick: "Đăng nhập bằng một khách mẫu", pickLead: "Cửa hàng ký xác nhận cho khung chat biết bạn là ai, nên không cần mật khẩu ở đây.",
    signedIn: "Bạn đang đăng nhập", out_: "Đăng xuất", orders: "Đơn gần đây", none: "Chưa có đơn nào.", failed: "Không làm được. Thử lại nhé.", gone: "Không tìm thấy trang này.",
    foot: "Tiệm Mây là cửa hàng mẫu của omnihub. Mọi tên, số và địa chỉ ở đây đều không có thật.",
    status: { placed: "đã nhận", paid: "đã thanh toán", packed: "đã đóng gói", shipped: "đang giao", out_for_delivery: "giao hôm nay", delivered: "đã giao", delivery_failed: "giao chưa được", returned: "đã hoàn về", cancelled: "đã hủy", refunded: "đã hoàn tiền" },
    clock: "Đồng hồ thử", clockFor: "Hẹn giờ, nhắc giỏ hàng và giờ yên lặng theo đồng hồ này. Cho chạy nhanh để khỏi phải chờ.", half: "+30 phút", guide: "Thử năm bước", hide: "Thu gọn",
    steps: [
      ["1. Hỏi một câu", "Trong khung chat, hoặc từ điện thoại Zalo, WhatsApp, LINE và các kênh khác. Không dấu cũng hiểu."],
      ["2. Gặp nhân viên", "Khách được báo vị trí trong hàng chờ. Bạn trả lời trong vai nhân viên."],
      ["3. Bỏ quên giỏ hàng", "Khách đã từng nhắn cho shop mới được nhắc. Bỏ một món vào giỏ rồi cho đồng hồ chạy: sau một giờ tin nhắc sẽ tới."],
      ["4. Trả lời tin nhắc", "Bấm một nút dưới tin nhắc, rồi đặt hàng. Lượt nhắc kết thúc ngay."],
      ["5. Qua Telegram", "Đăng nhập, rồi mở Telegram từ khung chat: vẫn một khách, một dòng lịch sử."],
    ],
    openChat: "Mở chat", askPerson: "Gặp nhân viên", console: "Mở màn hình nhân viên", fill: "Bỏ một món vào giỏ", toTelegram: "Mở điện thoại Telegram", phones: "Điện thoại của mọi kênh", signIn: "Đăng nhập",
    q1: "Giao hàng mất mấy ngày?", q2: "Cho mình gặp nhân viên", reminder: "Nhắc giỏ hàng",
    outcome: { watched: "xem lại lúc", waiting: "chờ đến", deferred: "bị hoãn", sent: "đã gửi lúc", refused: "không gửi", ended: "đã dừng", now: "lúc này sẽ không gửi" },
    ends: { ordered: "đã đặt hàng", emptied: "giỏ hàng trống", replied: "khách đã trả lời", opted_out: "khách không nhận nữa", finished: "đã xong", expired: "đã quá hạn", superseded: "có giỏ hàng mới" },
  },
  en: {
    shop: "Tiem May", skip: "To the content", all: "Products", cart: "Cart", language: "Language", account: "Sign in",
    title: "Linen, sewn in Hoi An", lead: "Twelve things made of linen and what goes with them. Delivered in 5–9 days, the first exchange of a size is free.",
    size: "Size", out: "sold out", add: "Add to cart", added: "It is in your cart.", toCart: "See the cart", ask: "Ask about this", askText: "I have a question about",
    points: ["Delivery to Taiwan, Singapore and the US in 5–9 days", "Returns within 15 days", "Wash at 30 °C, dry in the shade"],
    empty: "Your cart is empty.", look: "See the products", quantity: "Quantity", remove: "Take out", total: "Total", checkout: "Check out",
    name: "Name", phone: "Phone number", email: "E-mail (if you like)", address: "Delivery address", pay: "Payment",
    test: "This is a sample shop: nothing is charged, nothing is sent.", place: "Pay (test)", placing: "Placing the order…",
    done: "Thank you for your order", number: "Order", doneLead: "Ask in the chat where it is at any time: the number and the last four digits of your phone are enough.",
    where: "Where is my order?", whereText: "Where is my order?", more: "Go on shopping",
    pick: "Sign in as a sample customer", pickLead: "The shop's server vouches for you to the chat by a signed token, so no password is needed here.",
    signedIn: "You are signed in", out_: "Sign out", orders: "Latest orders", none: "No orders yet.", failed: "That did not work. Please try again.", gone: "There is no such page.",
    foot: "Tiem May is the sample shop of omnihub. All names, numbers and addresses here are made up.",
    status: { placed: "received", paid: "paid", packed: "packed", shipped: "on its way", out_for_delivery: "arrives today", delivered: "delivered", delivery_failed: "could not be delivered", returned: "returned", cancelled: "cancelled", refunded: "refunded" },
    clock: "Demo clock", clockFor: "Timers, cart reminders and quiet hours follow this clock. Let it run fast and you need not wait.", half: "+30 min", guide: "Five things to try", hide: "Hide",
    steps: [
      ["1. Ask a question", "In the chat, or from a phone with WhatsApp, LINE, Zalo and the others. Vietnamese without marks is fine."],
      ["2. Ask for a person", "The customer hears their place in line. You answer as the agent."],
      ["3. Leave a cart behind", "Who wrote to the shop before may be reminded. Put something into the cart, let the clock run: the reminder comes after an hour."],
      ["4. Answer the reminder", "Press a button under it, then order. The run ends at once."],
      ["5. Go on in Telegram", "Sign in, then open Telegram from the chat: one customer, one history."],
    ],
    openChat: "Open the chat", askPerson: "Ask for a person", console: "Open the agent's console", fill: "Put one in the cart", toTelegram: "Open the Telegram phone", phones: "Phones of every channel", signIn: "Sign in",
    q1: "How long does delivery take?", q2: "A person please", reminder: "Cart reminder",
    outcome: { watched: "is looked at again at", waiting: "waits until", deferred: "put off", sent: "sent at", refused: "not sent", ended: "ended", now: "would not go now" },
    ends: { ordered: "they ordered", emptied: "the cart is empty", replied: "they answered", opted_out: "they want none", finished: "it is through", expired: "it is too old", superseded: "there is a newer cart" },
  },
  "zh-TW": {
    shop: "雲朵小舖", skip: "跳到內容", all: "商品", cart: "購物車", language: "語言", account: "登入",
    title: "會安手作亞麻", lead: "十二款亞麻服飾與配件。寄送台灣約 5–9 天，第一次換尺寸免費。",
    size: "尺寸", out: "售完", add: "放進購物車", added: "已放進購物車。", toCart: "查看購物車", ask: "詢問這件商品", askText: "想請問",
    points: ["寄送台灣、新加坡、美國約 5–9 天", "15 天內可退換", "30 °C 清洗，陰乾"],
    empty: "購物車是空的。", look: "看商品", quantity: "數量", remove: "移除", total: "總計", checkout: "結帳",
    name: "姓名", phone: "電話", email: "電子郵件（可不填）", address: "收件地址", pay: "付款",
    test: "這是示範商店：不會扣款，也不會出貨。", place: "測試付款", placing: "送出訂單中…",
    done: "感謝您的訂購", number: "訂單編號", doneLead: "隨時可以在聊天視窗詢問訂單進度，只要訂單編號和電話末四碼。",
    where: "查詢訂單", whereText: "我的訂單在哪裡？", more: "繼續選購",
    pick: "以示範顧客登入", pickLead: "商店伺服器會以簽章告訴聊天視窗您是誰，這裡不需要密碼。",
    signedIn: "您已登入", out_: "登出", orders: "最近的訂單", none: "還沒有訂單。", failed: "沒有成功，請再試一次。", gone: "沒有這個頁面。",
    foot: "雲朵小舖是 omnihub 的示範商店，所有姓名、電話與地址都是虛構的。",
    status: { placed: "已收到", paid: "已付款", packed: "已包裝", shipped: "配送中", out_for_delivery: "今天送達", delivered: "已送達", delivery_failed: "未能送達", returned: "已退回", cancelled: "已取消", refunded: "已退款" },
    clock: "示範時鐘", clockFor: "計時、購物車提醒與勿擾時段都依照這個時鐘。調快就不必等待。", half: "+30 分", guide: "試試這五步", hide: "收合",
    steps: [
      ["1. 問一個問題", "機器人會回答配送、尺寸與訂單。"],
      ["2. 找真人", "顧客會知道排在第幾位，由您扮演客服回覆。"],
      ["3. 留下購物車", "曾經傳過訊息的顧客才會收到提醒。放一件商品，讓時鐘前進，一小時後就會提醒。"],
      ["4. 回覆提醒", "按下提醒下方的按鈕，再下單，流程立即結束。"],
      ["5. 換到 Telegram", "登入後從聊天視窗開啟 Telegram：同一位顧客，同一份紀錄。"],
    ],
    openChat: "開啟聊天", askPerson: "找真人", console: "開啟客服畫面", fill: "放一件進購物車", toTelegram: "開啟 Telegram 手機", phones: "各管道的手機", signIn: "登入",
    q1: "配送要幾天？", q2: "真人客服", reminder: "購物車提醒",
    outcome: { watched: "再次查看", waiting: "等到", deferred: "已延後", sent: "已傳送", refused: "未傳送", ended: "已結束", now: "現在不會傳送" },
    ends: { ordered: "已下單", emptied: "購物車已清空", replied: "顧客已回覆", opted_out: "顧客不想再收到", finished: "已完成", expired: "已過期", superseded: "有新的購物車" },
  },
};

const LANGUAGES = Object.keys(WORDS);
const CURRENCY = { vi: "VND", en: "USD", "zh-TW": "TWD" };

const wanted = () => {
  const asked = new URLSearchParams(location.search).get("lang");
  if (LANGUAGES.includes(asked)) localStorage.setItem("shop.language", asked);
  const kept = localStorage.getItem("shop.language");
  if (LANGUAGES.includes(kept)) return kept;
  const own = (navigator.language || "vi").toLowerCase();
  return own.startsWith("zh") ? "zh-TW" : own.startsWith("en") ? "en" : "vi";
};

export const language = wanted();
export const currency = CURRENCY[language];
export const word = (key) => WORDS[language][key];
export const speak = (chosen) => {
  localStorage.setItem("shop.language", chosen);
  const here = new URL(location.href);
  here.searchParams.delete("lang");
  location.assign(here);
};
export const money = (amount, unit = currency) =>
  new Intl.NumberFormat(unit === "VND" ? "vi-VN" : unit === "TWD" ? "zh-TW" : "en-US", { style: "currency", currency: unit, maximumFractionDigits: unit === "USD" ? 2 : 0 })
    .format(amount).replace(/^\$(?=[\d,]+(\.\d+)?$)/, unit === "TWD" ? "NT$" : "US$");
export const time = (ms, zone) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(ms);
export const day = (ms, zone) => new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "numeric", timeZone: zone }).format(ms);
