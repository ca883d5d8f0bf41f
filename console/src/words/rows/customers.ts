/** Words about customers. Each row: English, Vietnamese, Chinese as in Taiwan. */

import type { Rows } from "../shape";

export const customers = {
  "customer.unnamed": ["No name yet", "Chưa có tên", "尚無名稱"],
  "customer.gone": ["This customer was forgotten", "Khách này đã được xoá", "這位顧客的資料已刪除"],
  "customer.gone.words": [
    "They asked for it; nothing of them is left.",
    "Theo yêu cầu của khách, không còn dữ liệu nào.",
    "依顧客要求刪除，沒有保留任何資料。",
  ],
  "customer.nobody": ["Nobody has this id", "Không có khách với mã này", "查無此顧客"],

  "customers.find": ["Find a customer", "Tìm khách hàng", "尋找顧客"],
  "customers.hint": ["Name, phone, e-mail, order", "Tên, điện thoại, e-mail, mã đơn", "姓名、電話、電子郵件、訂單"],
  "customers.missing": ["Nobody writes from {text}.", "Chưa ai nhắn từ {text}.", "沒有人從 {text} 傳過訊息。"],
  "customers.none": [
    "Nobody is found by “{text}”. A part of the name or the last digits of a phone are enough.",
    "Không tìm thấy ai với “{text}”. Chỉ cần một phần tên hoặc vài số cuối điện thoại.",
    "找不到「{text}」。輸入部分姓名或電話末幾碼即可。",
  ],
  "customers.empty": [
    "Nobody yet. Whoever writes, orders or signs in at the shop appears here.",
    "Chưa có ai. Khách nhắn tin, đặt hàng hoặc đăng nhập ở shop sẽ hiện ở đây.",
    "目前沒有顧客。傳訊息、下單或登入商店的人會出現在這裡。",
  ],
  "customers.found": [{ one: "One found", other: "{n} found" }, "Tìm thấy {n} khách", "找到 {n} 位顧客"],
  "customers.away": [
    "The archive does not answer, so only open conversations are searched.",
    "Kho lưu trữ chưa phản hồi nên chỉ tìm trong các cuộc đang mở.",
    "資料庫暫無回應，目前只能搜尋進行中的對話。",
  ],
  "customers.choose": ["Choose a customer", "Chọn một khách hàng", "選擇顧客"],
  "customers.choose.words": [
    "Their page has all that is known, and all that was said on every channel.",
    "Trang của khách có mọi thông tin và mọi tin nhắn trên tất cả các kênh.",
    "顧客頁面有所有已知資料，以及各管道的完整對話。",
  ],
  "customers.talk": ["Write", "Nhắn tin", "傳訊息"],

  "side.title": ["What is known", "Thông tin khách", "顧客資料"],
  "side.customer": ["Customer", "Khách hàng", "顧客"],
  "side.since": ["First seen", "Lần đầu", "首次出現"],
  "side.source": ["From {source}, {when}", "Từ {source}, {when}", "來源：{source}，{when}"],
  "side.page": ["Customer page", "Trang khách hàng", "顧客頁面"],
  "side.conversations": ["Conversations", "Cuộc trò chuyện", "對話"],
  "side.open": ["Open", "Đang mở", "進行中"],
  "side.closed": ["Closed", "Đã xong", "已結案"],
  "side.basket": ["Cart and orders", "Giỏ hàng và đơn", "購物車與訂單"],
  "side.nudges": ["Nudges", "Tin nhắc", "主動提醒"],
  "side.consents": ["Consents", "Đồng ý nhận tin", "同意紀錄"],
  "side.noconsents": ["They said neither yes nor no.", "Khách chưa đồng ý, cũng chưa từ chối.", "顧客尚未表示同意或拒絕。"],

  "profile.username": ["User name", "Tên người dùng", "使用者名稱"],
  "profile.device_language": ["Device language", "Ngôn ngữ máy", "裝置語言"],
  "profile.language": ["Language", "Ngôn ngữ", "語言"],
  "profile.email": ["E-mail", "E-mail", "電子郵件"],
  "profile.phone": ["Phone", "Điện thoại", "電話"],
  "profile.time_zone": ["Time zone", "Múi giờ", "時區"],
  "profile.city": ["City", "Thành phố", "城市"],

  "consent.given": ["Yes", "Đồng ý", "同意"],
  "consent.refused": ["No", "Từ chối", "拒絕"],
  "consent.everywhere": ["Everywhere", "Mọi kênh", "所有管道"],
  "purpose.reply": ["replies", "trả lời", "回覆"],
  "purpose.service": ["orders and service", "đơn hàng và hỗ trợ", "訂單與服務"],
  "purpose.marketing": ["marketing", "tiếp thị", "行銷"],
  "purpose.system": ["notices", "thông báo", "通知"],

  "cart.title": ["Cart", "Giỏ hàng", "購物車"],
  "cart.changed": ["changed {when} ago", "đổi {when} trước", "{when}前更新"],
  "cart.more": ["and {n} more", "và {n} món nữa", "還有 {n} 項"],
  "cart.total": ["Total", "Tổng", "合計"],
  "cart.ordered": ["ordered", "đã đặt", "已下單"],
  "cart.emptied": ["emptied", "đã bỏ hết", "已清空"],
  "cart.expired": ["expired", "đã hết hạn", "已過期"],
  "orders.title": ["Orders", "Đơn hàng", "訂單"],
  "orders.count": [{ one: "one so far", other: "{n} so far" }, "{n} đơn", "共 {n} 筆"],
  "order.placed": ["placed", "đã đặt", "已下單"],
  "order.cancelled": ["cancelled", "đã huỷ", "已取消"],
  "order.refunded": ["refunded", "đã hoàn tiền", "已退款"],
} as const satisfies Rows;
