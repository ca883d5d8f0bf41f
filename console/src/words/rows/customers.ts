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
  "customers.hint": ["Name, id or address", "Tên, mã hoặc địa chỉ", "名稱、編號或地址"],
  "customers.look": ["Find", "Tìm", "尋找"],
  "customers.missing": ["Nobody writes from {text}.", "Chưa ai nhắn từ {text}.", "沒有人從 {text} 傳過訊息。"],
  "customers.none": [
    "No open conversation fits. An id or an address is looked up with Enter.",
    "Không có cuộc đang mở nào khớp. Nhập mã hoặc địa chỉ rồi Enter để tìm.",
    "沒有符合的進行中對話。輸入編號或地址後按 Enter 尋找。",
  ],
  "customers.empty": ["No customer has an open conversation.", "Chưa có khách nào đang trò chuyện.", "目前沒有進行中的顧客。"],
  "customers.scope": [
    "Here are those with an open conversation. Everybody else is found by id (cu-…) or by address (telegram:account:123).",
    "Ở đây là khách đang trò chuyện. Những khách khác tìm theo mã (cu-…) hoặc địa chỉ (telegram:tài khoản:123).",
    "這裡列出有進行中對話的顧客，其他顧客請用編號（cu-…）或地址（telegram:帳號:123）尋找。",
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
