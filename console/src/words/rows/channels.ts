/** Words of the channels' view and their log. Each row: English, Vietnamese, Chinese as in Taiwan. */

import type { Rows } from "../shape";

export const channels = {
  "settings.channels": ["Channels", "Kênh", "管道"],
  "channels.title": ["Channels", "Kênh", "管道"],
  "channels.words": [
    "How each account does, and what it said to its provider.",
    "Tình trạng từng tài khoản và những gì đã trao đổi với nhà cung cấp.",
    "各帳戶的狀態，以及與供應商之間的往來。",
  ],
  "channels.none": ["No channel is set up yet", "Chưa có kênh nào", "尚未設定管道"],
  "channels.none.words": [
    "Add an account to hub.toml and start the hub again: it stands here then.",
    "Thêm tài khoản vào hub.toml rồi khởi động lại hub, kênh sẽ hiện ở đây.",
    "在 hub.toml 加入帳戶並重新啟動後，就會顯示在這裡。",
  ],
  "channels.state.connected": ["Connected", "Đang kết nối", "已連接"],
  "channels.state.quiet": ["Nothing was sent for seven days", "Bảy ngày qua chưa gửi gì", "七天內沒有傳送"],
  "channels.state.failing": ["The last call failed", "Lần gọi gần nhất bị lỗi", "最近一次呼叫失敗"],
  "channels.state.paused": ["Paused until {time}", "Tạm dừng đến {time}", "暫停至 {time}"],
  "channels.hour": [
    "Last hour: {calls} calls, {failures} failed",
    "Một giờ qua: {calls} lượt gọi, {failures} lỗi",
    "過去一小時：{calls} 次呼叫，{failures} 次失敗",
  ],
  "channels.rate": ["at most {rate} a second", "tối đa {rate} tin mỗi giây", "每秒最多 {rate} 則"],
  "channels.throttled": [
    "The channel asked us to slow down. What waits goes by itself.",
    "Kênh yêu cầu gửi chậm lại. Tin đang chờ sẽ tự được gửi.",
    "管道要求放慢傳送，等待中的訊息會自動送出。",
  ],
  "channels.log": ["Log", "Nhật ký", "紀錄"],
  "channels.log.open": ["Show the log", "Xem nhật ký", "查看紀錄"],
  "channels.log.close": ["Close the log", "Đóng nhật ký", "關閉紀錄"],
  "channels.log.failed": ["Only what failed", "Chỉ lượt bị lỗi", "只看失敗"],
  "channels.log.none": ["Nothing yet", "Chưa có gì", "尚無紀錄"],
  "channels.log.nofailed": ["Nothing failed", "Không có lỗi nào", "沒有失敗"],
  "channels.log.words": [
    "Calls of the last seven days stand here as they happen, without what was said.",
    "Các lượt gọi trong bảy ngày hiện ở đây ngay khi xảy ra, không kèm nội dung tin.",
    "七天內的呼叫會即時顯示在這裡，不含訊息內容。",
  ],
  "channels.log.more": ["Show more", "Xem thêm", "顯示更多"],
  "channels.in": ["came in", "đi vào", "收到"],
  "channels.out": ["went out", "gửi đi", "送出"],
  "channels.took": ["{ms} ms", "{ms} ms", "{ms} 毫秒"],
  "channels.delivery": ["Message", "Tin nhắn", "訊息"],
  "channels.ids": ["The provider's ids", "Mã của nhà cung cấp", "供應商編號"],
  "channels.asked": ["Asked", "Gửi", "要求"],
  "channels.answered": ["Answered", "Trả lời", "回應"],
} as const satisfies Rows;
