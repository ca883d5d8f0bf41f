/** What went wrong with a message, by its failure (hub/model/messaging/outcomes.py; a test compares). Each row: English, Vietnamese, Chinese as in Taiwan. */

import type { Rows } from "../shape";

export const outcomes = {
  "outcome.auth": [
    "The channel no longer accepts our access. Have an admin connect the channel anew, then send this again.",
    "Kênh không còn chấp nhận quyền truy cập của shop. Nhờ quản trị viên kết nối lại kênh rồi gửi lại.",
    "管道不再接受我們的存取權限。請管理員重新連接管道後再傳送一次。",
  ],
  "outcome.payment": [
    "The channel's account owes a payment or has no way to pay. Settle it with the provider, then send this again.",
    "Tài khoản kênh còn nợ phí hoặc chưa có cách thanh toán. Thanh toán với nhà cung cấp rồi gửi lại.",
    "管道帳戶尚有未付款項或未設定付款方式。請向供應商完成付款後再傳送。",
  ],
  "outcome.policy_block": [
    "The channel blocked this for breaking its rules. Word it differently, and look at the account's standing with the provider.",
    "Kênh chặn tin này vì vi phạm quy định. Hãy viết lại và kiểm tra tình trạng tài khoản ở nhà cung cấp.",
    "此訊息違反管道規範而被封鎖。請改寫內容，並到供應商後台檢查帳戶狀態。",
  ],
  "outcome.message_invalid": [
    "The channel cannot take the message as it is. Shorten or simplify it, then send it again.",
    "Kênh không nhận được tin ở dạng này. Rút gọn hoặc viết đơn giản hơn rồi gửi lại.",
    "管道無法接受這則訊息的內容。請縮短或簡化後再傳送。",
  ],
  "outcome.unsupported": [
    "This channel cannot show such a message. Write it as text, or use another channel.",
    "Kênh này không hiển thị được loại tin đó. Hãy viết thành chữ hoặc dùng kênh khác.",
    "此管道無法顯示這類訊息。請改用文字，或改用其他管道。",
  ],
  "outcome.invalid_recipient": [
    "Nobody can be reached at this number or account. Ask the customer for another one, or write on another channel.",
    "Số hoặc tài khoản này không nhận được tin. Hỏi khách số khác hoặc nhắn qua kênh khác.",
    "此號碼或帳號無法收訊。請向顧客詢問其他聯絡方式，或改用其他管道。",
  ],
  "outcome.contact_stopped": [
    "The customer blocked us or unsubscribed on this channel. Do not try again here; they can write to us first.",
    "Khách đã chặn hoặc ngừng nhận tin ở kênh này. Đừng gửi lại; hãy chờ khách nhắn trước.",
    "顧客已在此管道封鎖或退訂。請勿再傳送，等顧客主動來訊。",
  ],
  "outcome.marketing_stopped": [
    "The customer wants no advertising on this channel. Answers and service messages still reach them.",
    "Khách không muốn nhận quảng cáo ở kênh này. Tin trả lời và chăm sóc vẫn gửi được.",
    "顧客不想在此管道收到廣告。回覆與服務訊息仍可傳送。",
  ],
  "outcome.outside_window": [
    "The time for a free answer on this channel is over. Send an approved template, or wait until the customer writes.",
    "Đã hết thời hạn trả lời tự do trên kênh này. Gửi mẫu tin đã duyệt hoặc chờ khách nhắn.",
    "此管道可自由回覆的時間已過。請傳送已核准的範本，或等顧客來訊。",
  ],
  "outcome.template": [
    "The template is missing, paused or filled in wrongly. Check it at the provider, then send again.",
    "Mẫu tin không có, đang tạm dừng hoặc điền sai. Kiểm tra mẫu ở nhà cung cấp rồi gửi lại.",
    "範本不存在、已暫停或內容填寫有誤。請到供應商後台確認後再傳送。",
  ],
  "outcome.media": [
    "The file could not be sent: it is too large, of a wrong kind or unreadable. Try a smaller one or another form.",
    "Không gửi được tệp: quá lớn, sai định dạng hoặc không đọc được. Thử tệp nhỏ hơn hoặc định dạng khác.",
    "檔案無法傳送：過大、格式不符或無法讀取。請改用較小的檔案或其他格式。",
  ],
  "outcome.throttled": [
    "The channel asked us to slow down and the message grew too old meanwhile. Send it again if it still matters.",
    "Kênh yêu cầu gửi chậm lại và tin đã chờ quá lâu. Nếu vẫn cần, hãy gửi lại.",
    "管道要求放慢傳送，訊息等候過久。若仍需要，請再傳送一次。",
  ],
  "outcome.quality_limit": [
    "The channel limits us because customers complained. Send less that nobody asked for, and try again later.",
    "Kênh hạn chế shop vì có khách phàn nàn. Gửi ít tin ngoài yêu cầu hơn và thử lại sau.",
    "因顧客反映訊息品質，管道限制了我們的傳送。請減少未經要求的訊息，稍後再試。",
  ],
  "outcome.ecosystem_limit": [
    "The channel lets this customer have no more advertising for now. Wait at least a day.",
    "Kênh đang không cho khách này nhận thêm quảng cáo. Chờ ít nhất một ngày.",
    "管道暫時不讓此顧客收到更多廣告。請至少等一天。",
  ],
  "outcome.experiment": [
    "The channel keeps this customer out of advertising for a test of its own. There is nothing to do.",
    "Khách thuộc nhóm thử nghiệm của kênh nên không nhận quảng cáo. Không cần làm gì.",
    "此顧客屬於管道自身的測試群組，不會收到廣告。無需處理。",
  ],
  "outcome.quota": [
    "The account's allowance of messages is used up. Buy more at the provider, or wait for the next period.",
    "Tài khoản đã dùng hết số tin được phép gửi. Mua thêm ở nhà cung cấp hoặc chờ kỳ sau.",
    "帳戶的訊息額度已用完。請向供應商加購，或等到下個週期。",
  ],
  "outcome.connection_failed": [
    "The channel could not be reached. Send this again later; if it lasts, look at the channel's log.",
    "Không kết nối được với kênh. Gửi lại sau; nếu kéo dài, hãy xem nhật ký kênh.",
    "無法連上管道。請稍後再傳送；若持續發生，請查看管道紀錄。",
  ],
  "outcome.provider_5xx": [
    "The channel itself had a breakdown. Send this again later.",
    "Kênh đang gặp sự cố. Gửi lại sau.",
    "管道本身發生故障。請稍後再傳送。",
  ],
  "outcome.response_unparseable": [
    "The channel answered in a way nobody can read. Ask the customer whether it arrived before you send it again.",
    "Kênh trả lời không đọc được. Hỏi khách đã nhận chưa trước khi gửi lại.",
    "管道的回應無法解讀。重新傳送前，請先向顧客確認是否已收到。",
  ],
  "outcome.response_unexpected": [
    "The channel did not confirm the message. Ask the customer whether it arrived before you send it again.",
    "Kênh không xác nhận đã nhận tin. Hỏi khách đã nhận chưa trước khi gửi lại.",
    "管道未確認收到訊息。重新傳送前，請先向顧客確認是否已收到。",
  ],
  "outcome.response_status": [
    "The channel refused without saying why. Send this again; if it is refused again, look at the channel's log.",
    "Kênh từ chối mà không nêu lý do. Gửi lại; nếu vẫn bị từ chối, hãy xem nhật ký kênh.",
    "管道拒絕傳送但未說明原因。請再傳送一次；若仍被拒絕，請查看管道紀錄。",
  ],
  "outcome.response_content": [
    "Something other than the channel seems to have answered. Have an admin look at the channel's log.",
    "Có vẻ nơi trả lời không phải là kênh. Nhờ quản trị viên xem nhật ký kênh.",
    "回應的似乎不是管道本身。請管理員查看管道紀錄。",
  ],
  "outcome.rejected_with_reason": [
    "The channel refused this message, in the words below. Change what they speak of, then send it again.",
    "Kênh từ chối tin này với lý do bên dưới. Sửa theo đó rồi gửi lại.",
    "管道拒絕了這則訊息，原因如下。請依原因修改後再傳送。",
  ],
  "outcome.expired": [
    "It waited too long to be of use, so it was not sent. Write anew if it still matters.",
    "Tin chờ quá lâu nên không gửi nữa. Nếu vẫn cần, hãy viết lại.",
    "訊息等候過久，已不再傳送。若仍需要，請重新撰寫。",
  ],
  "outcome.looping": [
    "The same words went to this customer again and again, so they were stopped. See whether two bots answer each other.",
    "Cùng một tin đã gửi cho khách lặp đi lặp lại nên bị dừng. Kiểm tra xem có hai bot đang trả lời nhau không.",
    "同一則訊息反覆傳給此顧客，因此停止。請檢查是否有兩個機器人互相回覆。",
  ],
  "outcome.duplicate": [
    "The channel took this for a repeat and kept the first one. There is nothing to do.",
    "Kênh coi đây là tin trùng và giữ tin đầu. Không cần làm gì.",
    "管道視為重複訊息，已保留第一則。無需處理。",
  ],
  "outcome.interrupted": [
    "The hub was interrupted while sending this. It may have arrived: ask the customer before you send it again.",
    "Hub bị gián đoạn khi đang gửi tin này. Có thể khách đã nhận: hãy hỏi trước khi gửi lại.",
    "傳送途中系統被中斷，顧客可能已收到。重新傳送前請先確認。",
  ],
  "outcome.internal": [
    "The hub itself failed to make or send this message. Tell an admin: the hub's own log says more.",
    "Hub gặp lỗi khi soạn hoặc gửi tin này. Báo quản trị viên: nhật ký của hub có chi tiết.",
    "系統在製作或傳送此訊息時發生錯誤。請通知管理員，系統紀錄有詳細資訊。",
  ],
  "outcome.taken_over": [
    "A person took over, so this was not sent any more.",
    "Nhân viên đã nhận nên tin này không gửi nữa.",
    "客服已接手，因此未再傳送。",
  ],
  "outcome.unchangeable": [
    "The channel does not let this message be changed or taken back any more. Put it right with a new message.",
    "Kênh không còn cho sửa hay thu hồi tin này. Hãy nhắn một tin mới để đính chính.",
    "管道已不允許修改或收回這則訊息。請另傳一則訊息更正。",
  ],
  "outcome.judged_again": [
    "Something changed before this left, so it was judged anew; what came of that stands on the timeline.",
    "Có thay đổi trước khi gửi nên tin được xét lại; kết quả ở trên dòng thời gian.",
    "傳送前資料有變動，已重新判斷，結果請見時間軸。",
  ],
} as const satisfies Rows;
