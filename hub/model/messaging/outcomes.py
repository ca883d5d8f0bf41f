"""What went wrong, in one sentence for people, in three languages, and what the hub does of itself; docs/outcomes.md is made of it."""

from collections.abc import Mapping

from hub.model.base import Value
from hub.model.failure import Failure


class Outcome(Value, frozen=True):
    """`decision`: what the hub does by itself; `words`: what happened and what a person does next, by language (en, vi, zh-TW)."""

    decision: str
    words: Mapping[str, str]


def _told(decision: str, *, en: str, vi: str, zh: str) -> Outcome:
    return Outcome(decision=decision, words={"en": en, "vi": vi, "zh-TW": zh})


_NEVER = "not tried again"
_LATER = "tried again after 1 s, 4 s, 15 s, 1 min, then every 5 min, until the message is too old"
_UNSURE = "service is sent again, marketing is unknown and never sent again by itself"

OUTCOMES: Mapping[Failure, Outcome] = {
    Failure.AUTH: _told(
        f"the account rests for a minute; {_LATER}",
        en="The channel no longer accepts our access. Have an admin connect the channel anew, then send this again.",
        vi="Kênh không còn chấp nhận quyền truy cập của shop. Nhờ quản trị viên kết nối lại kênh rồi gửi lại.",
        zh="管道不再接受我們的存取權限。請管理員重新連接管道後再傳送一次。",
    ),
    Failure.PAYMENT: _told(
        f"the account rests for a minute; {_LATER}",
        en="The channel's account owes a payment or has no way to pay. Settle it with the provider, then send this again.",
        vi="Tài khoản kênh còn nợ phí hoặc chưa có cách thanh toán. Thanh toán với nhà cung cấp rồi gửi lại.",
        zh="管道帳戶尚有未付款項或未設定付款方式。請向供應商完成付款後再傳送。",
    ),
    Failure.POLICY: _told(
        _NEVER,
        en="The channel blocked this for breaking its rules. Word it differently, and look at the account's standing with the provider.",
        vi="Kênh chặn tin này vì vi phạm quy định. Hãy viết lại và kiểm tra tình trạng tài khoản ở nhà cung cấp.",
        zh="此訊息違反管道規範而被封鎖。請改寫內容，並到供應商後台檢查帳戶狀態。",
    ),
    Failure.INVALID: _told(
        _NEVER,
        en="The channel cannot take the message as it is. Shorten or simplify it, then send it again.",
        vi="Kênh không nhận được tin ở dạng này. Rút gọn hoặc viết đơn giản hơn rồi gửi lại.",
        zh="管道無法接受這則訊息的內容。請縮短或簡化後再傳送。",
    ),
    Failure.UNSUPPORTED: _told(
        _NEVER,
        en="This channel cannot show such a message. Write it as text, or use another channel.",
        vi="Kênh này không hiển thị được loại tin đó. Hãy viết thành chữ hoặc dùng kênh khác.",
        zh="此管道無法顯示這類訊息。請改用文字，或改用其他管道。",
    ),
    Failure.RECIPIENT: _told(
        _NEVER,
        en="Nobody can be reached at this number or account. Ask the customer for another one, or write on another channel.",
        vi="Số hoặc tài khoản này không nhận được tin. Hỏi khách số khác hoặc nhắn qua kênh khác.",
        zh="此號碼或帳號無法收訊。請向顧客詢問其他聯絡方式，或改用其他管道。",
    ),
    Failure.STOPPED: _told(
        "not tried again; no more nudges to this address",
        en="The customer blocked us or unsubscribed on this channel. Do not try again here; they can write to us first.",
        vi="Khách đã chặn hoặc ngừng nhận tin ở kênh này. Đừng gửi lại; hãy chờ khách nhắn trước.",
        zh="顧客已在此管道封鎖或退訂。請勿再傳送，等顧客主動來訊。",
    ),
    Failure.MARKETING_STOPPED: _told(
        _NEVER,
        en="The customer wants no advertising on this channel. Answers and service messages still reach them.",
        vi="Khách không muốn nhận quảng cáo ở kênh này. Tin trả lời và chăm sóc vẫn gửi được.",
        zh="顧客不想在此管道收到廣告。回覆與服務訊息仍可傳送。",
    ),
    Failure.WINDOW: _told(
        _NEVER,
        en="The time for a free answer on this channel is over. Send an approved template, or wait until the customer writes.",
        vi="Đã hết thời hạn trả lời tự do trên kênh này. Gửi mẫu tin đã duyệt hoặc chờ khách nhắn.",
        zh="此管道可自由回覆的時間已過。請傳送已核准的範本，或等顧客來訊。",
    ),
    Failure.TEMPLATE: _told(
        _NEVER,
        en="The template is missing, paused or filled in wrongly. Check it at the provider, then send again.",
        vi="Mẫu tin không có, đang tạm dừng hoặc điền sai. Kiểm tra mẫu ở nhà cung cấp rồi gửi lại.",
        zh="範本不存在、已暫停或內容填寫有誤。請到供應商後台確認後再傳送。",
    ),
    Failure.MEDIA: _told(
        _NEVER,
        en="The file could not be sent: it is too large, of a wrong kind or unreadable. Try a smaller one or another form.",
        vi="Không gửi được tệp: quá lớn, sai định dạng hoặc không đọc được. Thử tệp nhỏ hơn hoặc định dạng khác.",
        zh="檔案無法傳送：過大、格式不符或無法讀取。請改用較小的檔案或其他格式。",
    ),
    Failure.THROTTLED: _told(
        "waits as long as the provider says, to the second, then goes; the whole account where the provider speaks of all",
        en="The channel asked us to slow down and the message grew too old meanwhile. Send it again if it still matters.",
        vi="Kênh yêu cầu gửi chậm lại và tin đã chờ quá lâu. Nếu vẫn cần, hãy gửi lại.",
        zh="管道要求放慢傳送，訊息等候過久。若仍需要，請再傳送一次。",
    ),
    Failure.QUALITY: _told(
        "waits as long as the provider says; marketing on this channel should be stopped by a person",
        en="The channel limits us because customers complained. Send less that nobody asked for, and try again later.",
        vi="Kênh hạn chế shop vì có khách phàn nàn. Gửi ít tin ngoài yêu cầu hơn và thử lại sau.",
        zh="因顧客反映訊息品質，管道限制了我們的傳送。請減少未經要求的訊息，稍後再試。",
    ),
    Failure.ECOSYSTEM: _told(
        _NEVER,
        en="The channel lets this customer have no more advertising for now. Wait at least a day.",
        vi="Kênh đang không cho khách này nhận thêm quảng cáo. Chờ ít nhất một ngày.",
        zh="管道暫時不讓此顧客收到更多廣告。請至少等一天。",
    ),
    Failure.EXPERIMENT: _told(
        _NEVER,
        en="The channel keeps this customer out of advertising for a test of its own. There is nothing to do.",
        vi="Khách thuộc nhóm thử nghiệm của kênh nên không nhận quảng cáo. Không cần làm gì.",
        zh="此顧客屬於管道自身的測試群組，不會收到廣告。無需處理。",
    ),
    Failure.QUOTA: _told(
        "waits where the provider says until when, else not tried again",
        en="The account's allowance of messages is used up. Buy more at the provider, or wait for the next period.",
        vi="Tài khoản đã dùng hết số tin được phép gửi. Mua thêm ở nhà cung cấp hoặc chờ kỳ sau.",
        zh="帳戶的訊息額度已用完。請向供應商加購，或等到下個週期。",
    ),
    Failure.CONNECTION: _told(
        f"{_LATER}; where the request may have left, {_UNSURE}",
        en="The channel could not be reached. Send this again later; if it lasts, look at the channel's log.",
        vi="Không kết nối được với kênh. Gửi lại sau; nếu kéo dài, hãy xem nhật ký kênh.",
        zh="無法連上管道。請稍後再傳送；若持續發生，請查看管道紀錄。",
    ),
    Failure.SERVER: _told(
        f"{_LATER}; where the request may have been taken, {_UNSURE}",
        en="The channel itself had a breakdown. Send this again later.",
        vi="Kênh đang gặp sự cố. Gửi lại sau.",
        zh="管道本身發生故障。請稍後再傳送。",
    ),
    Failure.UNPARSEABLE: _told(
        _UNSURE,
        en="The channel answered in a way nobody can read. Ask the customer whether it arrived before you send it again.",
        vi="Kênh trả lời không đọc được. Hỏi khách đã nhận chưa trước khi gửi lại.",
        zh="管道的回應無法解讀。重新傳送前，請先向顧客確認是否已收到。",
    ),
    Failure.UNEXPECTED: _told(
        _UNSURE,
        en="The channel did not confirm the message. Ask the customer whether it arrived before you send it again.",
        vi="Kênh không xác nhận đã nhận tin. Hỏi khách đã nhận chưa trước khi gửi lại.",
        zh="管道未確認收到訊息。重新傳送前，請先向顧客確認是否已收到。",
    ),
    Failure.STATUS: _told(
        f"refused: not tried again; broken down: {_LATER}",
        en="The channel refused without saying why. Send this again; if it is refused again, look at the channel's log.",
        vi="Kênh từ chối mà không nêu lý do. Gửi lại; nếu vẫn bị từ chối, hãy xem nhật ký kênh.",
        zh="管道拒絕傳送但未說明原因。請再傳送一次；若仍被拒絕，請查看管道紀錄。",
    ),
    Failure.CONTENT: _told(
        _UNSURE,
        en="Something other than the channel seems to have answered. Have an admin look at the channel's log.",
        vi="Có vẻ nơi trả lời không phải là kênh. Nhờ quản trị viên xem nhật ký kênh.",
        zh="回應的似乎不是管道本身。請管理員查看管道紀錄。",
    ),
    Failure.REJECTED: _told(
        _NEVER,
        en="The channel refused this message, in the words below. Change what they speak of, then send it again.",
        vi="Kênh từ chối tin này với lý do bên dưới. Sửa theo đó rồi gửi lại.",
        zh="管道拒絕了這則訊息，原因如下。請依原因修改後再傳送。",
    ),
    Failure.EXPIRED: _told(
        "withdrawn unsent",
        en="It waited too long to be of use, so it was not sent. Write anew if it still matters.",
        vi="Tin chờ quá lâu nên không gửi nữa. Nếu vẫn cần, hãy viết lại.",
        zh="訊息等候過久，已不再傳送。若仍需要，請重新撰寫。",
    ),
    Failure.LOOPING: _told(
        _NEVER,
        en="The same words went to this customer again and again, so they were stopped. See whether two bots answer each other.",
        vi="Cùng một tin đã gửi cho khách lặp đi lặp lại nên bị dừng. Kiểm tra xem có hai bot đang trả lời nhau không.",
        zh="同一則訊息反覆傳給此顧客，因此停止。請檢查是否有兩個機器人互相回覆。",
    ),
    Failure.DUPLICATE: _told(
        _NEVER,
        en="The channel took this for a repeat and kept the first one. There is nothing to do.",
        vi="Kênh coi đây là tin trùng và giữ tin đầu. Không cần làm gì.",
        zh="管道視為重複訊息，已保留第一則。無需處理。",
    ),
    Failure.INTERRUPTED: _told(
        "unknown; never sent again by itself",
        en="The hub was interrupted while sending this. It may have arrived: ask the customer before you send it again.",
        vi="Hub bị gián đoạn khi đang gửi tin này. Có thể khách đã nhận: hãy hỏi trước khi gửi lại.",
        zh="傳送途中系統被中斷，顧客可能已收到。重新傳送前請先確認。",
    ),
    Failure.INTERNAL: _told(
        f"what cannot be made is not tried again; {_UNSURE} where a call had begun",
        en="The hub itself failed to make or send this message. Tell an admin: the hub's own log says more.",
        vi="Hub gặp lỗi khi soạn hoặc gửi tin này. Báo quản trị viên: nhật ký của hub có chi tiết.",
        zh="系統在製作或傳送此訊息時發生錯誤。請通知管理員，系統紀錄有詳細資訊。",
    ),
    Failure.TAKEN_OVER: _told(
        "kept as a draft for the person; a notice of the hub's own is withdrawn",
        en="A person took over, so this was not sent any more.",
        vi="Nhân viên đã nhận nên tin này không gửi nữa.",
        zh="客服已接手，因此未再傳送。",
    ),
    Failure.UNCHANGEABLE: _told(
        _NEVER,
        en="The channel does not let this message be changed or taken back any more. Put it right with a new message.",
        vi="Kênh không còn cho sửa hay thu hồi tin này. Hãy nhắn một tin mới để đính chính.",
        zh="管道已不允許修改或收回這則訊息。請另傳一則訊息更正。",
    ),
    Failure.JUDGED: _told(
        "withdrawn and judged anew in the customer's next turn",
        en="Something changed before this left, so it was judged anew; what came of that stands on the timeline.",
        vi="Có thay đổi trước khi gửi nên tin được xét lại; kết quả ở trên dòng thời gian.",
        zh="傳送前資料有變動，已重新判斷，結果請見時間軸。",
    ),
}
"""Every failure; a test holds that none is without, and that the console says the same."""
