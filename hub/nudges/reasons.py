"""The gate's reasons in words, in three languages; a test holds that every code a check gives has its words here."""

from collections.abc import Mapping

Words = Mapping[str, str]


def _said(en: str, vi: str, zh: str) -> Words:
    return {"en": en, "vi": vi, "zh-TW": zh}


REASONS: Mapping[str, Words] = {
    "kill_switch": _said("All marketing is stopped", "Mọi tin tiếp thị đang bị ngừng", "所有行銷訊息都已暫停"),
    "switched_off": _said("This journey is switched off", "Kịch bản này đang tắt", "這個旅程已關閉"),
    "unknown_journey": _said("This journey no longer exists", "Kịch bản này không còn nữa", "這個旅程已不存在"),
    "goal_met": _said("They have ordered", "Khách đã đặt hàng", "顧客已下單"),
    "run_ended": _said("The run has ended", "Lượt này đã kết thúc", "這次流程已結束"),
    "cart_empty": _said("Nothing is left in the cart", "Giỏ hàng không còn gì", "購物車已清空"),
    "no_cart": _said("They have no cart", "Khách không có giỏ hàng", "顧客沒有購物車"),
    "expired": _said("Too late to be of use", "Đã quá muộn để gửi", "已過了適合傳送的時間"),
    "moved": _said("This customer was merged into another", "Khách này đã được gộp", "此顧客已合併"),
    "erased": _said("This customer asked to be forgotten", "Khách này đã yêu cầu xoá dữ liệu", "此顧客已要求刪除資料"),
    "no_address": _said("There is nowhere to write to", "Không có kênh nào để nhắn", "沒有可以傳送的管道"),
    "suppressed": _said("They blocked us on this channel", "Khách đã chặn shop trên kênh này", "顧客已在此管道封鎖我們"),
    "consent_given": _said("They agreed to be written to", "Khách đã đồng ý nhận tin", "顧客已同意接收訊息"),
    "consent_refused": _said("They said no to marketing here", "Khách đã từ chối nhận tin ở kênh này", "顧客已拒絕在此管道接收行銷訊息"),
    "consent_missing": _said("They never agreed to be written to", "Khách chưa đồng ý nhận tin", "顧客尚未同意接收訊息"),
    "only_first_without_consent": _said(
        "Without their consent only the first reminder goes", "Chưa đồng ý thì chỉ nhắc một lần đầu", "未經同意只會傳送第一次提醒"
    ),
    "conversation": _said("They began a conversation here", "Khách đã nhắn cho shop ở đây", "顧客曾在此開啟對話"),
    "asked_for": _said("They asked for this reminder", "Chính khách đã hẹn nhắc", "顧客自己要求提醒"),
    "law_hours": _said("The law forbids advertising at this hour", "Giờ này pháp luật không cho gửi quảng cáo", "此時段依法不得傳送廣告"),
    "law_sms_day": _said("The law allows no more SMS today", "Đã đủ số SMS quảng cáo trong ngày theo luật", "今日簡訊已達法定上限"),
    "quiet_hours": _said("It is night where they are", "Đang là giờ nghỉ của khách", "顧客當地正值休息時間"),
    "with_person": _said("A person is with them", "Nhân viên đang trò chuyện với khách", "客服人員正在處理"),
    "live_dialog": _said("They wrote a moment ago", "Khách vừa nhắn xong", "顧客剛剛才傳訊息"),
    "shopping_now": _said("They are in the shop right now", "Khách đang xem hàng", "顧客正在選購"),
    "unhappy": _said("They were unhappy with us lately", "Khách vừa không hài lòng", "顧客近期不滿意"),
    "holdout": _said("They are in the group that gets nothing", "Khách thuộc nhóm đối chứng", "顧客屬於對照組"),
    "higher_priority": _said("Something more important went out lately", "Vừa có tin quan trọng hơn", "剛傳送過更重要的訊息"),
    "cap_channel_day": _said("Enough on this channel for a day", "Kênh này hôm nay đã đủ tin", "此管道今日訊息已達上限"),
    "cap_day": _said("Enough for a day", "Hôm nay đã đủ tin", "今日訊息已達上限"),
    "cap_week": _said("Enough for a week", "Tuần này đã đủ tin", "本週訊息已達上限"),
    "too_many_waiting": _said("Too many wait for them already", "Đã có quá nhiều tin đang chờ", "等待傳送的訊息過多"),
    "no_budget": _said("No budget is set", "Không đặt ngân sách", "未設定預算"),
    "window_closed": _said("The channel's reply window is closed", "Kênh này đã hết hạn được nhắn", "此管道的回覆時限已過"),
    "variable_missing": _said("A word of the text is not known", "Thiếu thông tin để điền vào tin", "訊息缺少必要的資料"),
    "no_coupon": _said("No code is part of it", "Tin này không kèm mã", "此訊息不含優惠碼"),
    "channel_not_connected": _said("This channel is not connected", "Kênh này chưa kết nối", "此管道尚未連接"),
    "changed": _said("Something changed; judged again", "Có thay đổi, đang xét lại", "資料有變動，重新判斷"),
    "entered_lately": _said("They were on this journey lately", "Khách vừa đi qua kịch bản này", "顧客近期才進入過此旅程"),
}
"""Code → words by language."""
