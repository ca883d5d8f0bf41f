"""What alerts say, in three languages: what is wrong, what helps, and what it is called when it is over; the console says the same."""

from collections.abc import Mapping

from hub.model.base import Value

Words = Mapping[str, str]
"""By language (en, vi, zh-TW)."""


class Spoken(Value, frozen=True):
    """An alert's words. `{subject}` and its values stand in braces; `title`: what it is about."""

    sentence: Words
    remedy: Words
    title: Words


def _in(en: str, vi: str, zh: str) -> Words:
    return {"en": en, "vi": vi, "zh-TW": zh}


SPOKEN: Mapping[str, Spoken] = {
    "access": Spoken(
        sentence=_in(
            "{subject} no longer accepts our access: nothing goes out there.",
            "{subject} không còn chấp nhận quyền truy cập: tin ở đó không gửi được.",
            "{subject} 不再接受我們的存取權限，訊息無法送出。",
        ),
        remedy=_in(
            "Connect the account anew. What waits goes by itself then.",
            "Hãy kết nối lại tài khoản. Tin đang chờ sẽ tự gửi đi.",
            "請重新連接帳戶，等待中的訊息會自動送出。",
        ),
        title=_in("Access to {subject}", "Quyền truy cập {subject}", "{subject} 的存取權限"),
    ),
    "payment": Spoken(
        sentence=_in(
            "{subject} wants a payment and sends nothing before that.",
            "{subject} còn nợ phí nên không gửi tin.",
            "{subject} 有未付款項，已停止傳送。",
        ),
        remedy=_in(
            "Settle it with the provider. What waits goes by itself then.",
            "Hãy thanh toán với nhà cung cấp. Tin đang chờ sẽ tự gửi đi.",
            "請向供應商完成付款，等待中的訊息會自動送出。",
        ),
        title=_in("Payment of {subject}", "Thanh toán cho {subject}", "{subject} 的付款"),
    ),
    "token": Spoken(
        sentence=_in(
            "Our access to {subject} ends at {until}.",
            "Quyền truy cập {subject} hết hạn lúc {until}.",
            "{subject} 的存取權限將於 {until} 到期。",
        ),
        remedy=_in(
            "Make a new token at the provider and enter it before then, or nothing goes out there.",
            "Tạo token mới ở nhà cung cấp và nhập vào trước lúc đó, nếu không tin ở đó sẽ không gửi được.",
            "請在到期前到供應商後台建立新的權杖並填入，否則訊息無法送出。",
        ),
        title=_in("Token of {subject}", "Token của {subject}", "{subject} 的權杖"),
    ),
    "hook": Spoken(
        sentence=_in(
            "{subject} brings what customers write to another address than ours: nothing arrives here.",
            "{subject} đang gửi tin của khách tới địa chỉ khác: ở đây không nhận được gì.",
            "{subject} 把顧客的訊息送到其他網址，這裡收不到。",
        ),
        remedy=_in(
            "Connect the account anew, and see whether another program uses it.",
            "Hãy kết nối lại tài khoản và xem có phần mềm khác đang dùng nó không.",
            "請重新連接帳戶，並確認是否有其他程式正在使用。",
        ),
        title=_in("Webhook of {subject}", "Webhook của {subject}", "{subject} 的 webhook"),
    ),
    "silent": Spoken(
        sentence=_in(
            "Nothing has come from {subject} since {after}: much longer than usual at these hours.",
            "{subject} không có gì tới từ {after}, lâu hơn hẳn mọi khi vào giờ này.",
            "{subject} 自 {after} 起沒有任何訊息進來，比平常這個時段久得多。",
        ),
        remedy=_in(
            "Write to the account yourself. If that does not arrive, connect its webhook anew.",
            "Thử nhắn cho tài khoản đó. Nếu tin không tới, hãy kết nối lại webhook.",
            "請自己傳一則訊息試試；若沒收到，請重新連接 webhook。",
        ),
        title=_in("Silence of {subject}", "{subject} im lặng", "{subject} 沒有動靜"),
    ),
    "failing": Spoken(
        sentence=_in(
            "{failures} of {calls} calls to {subject} failed in the last half hour.",
            "{failures} trên {calls} lượt gọi tới {subject} bị lỗi trong nửa giờ qua.",
            "過去半小時，{subject} 的 {calls} 次呼叫有 {failures} 次失敗。",
        ),
        remedy=_in(
            "See in the account's log what fails, and why.",
            "Xem nhật ký của tài khoản để biết lỗi gì và vì sao.",
            "請在帳戶的紀錄中查看失敗的項目與原因。",
        ),
        title=_in("Calls to {subject}", "Lượt gọi tới {subject}", "{subject} 的呼叫"),
    ),
    "restricted": Spoken(
        sentence=_in(
            "{subject} is restricted by its provider: messages there may not go out.",
            "{subject} bị nhà cung cấp hạn chế: tin ở đó có thể không gửi được.",
            "{subject} 遭供應商限制，訊息可能無法送出。",
        ),
        remedy=_in(
            "Stop campaigns there, read the reason in the account's log, and appeal at the provider.",
            "Dừng các chiến dịch ở đó, xem lý do trong nhật ký tài khoản rồi khiếu nại với nhà cung cấp.",
            "請暫停該帳戶的行銷活動，在紀錄中查看原因，並向供應商申訴。",
        ),
        title=_in("Restriction of {subject}", "Hạn chế của {subject}", "{subject} 的限制"),
    ),
    "quality": Spoken(
        sentence=_in(
            "{subject} was warned by its provider for what is sent there: a restriction may follow.",
            "{subject} bị nhà cung cấp cảnh báo về tin đã gửi: có thể sẽ bị hạn chế.",
            "{subject} 因發送的內容遭供應商警告，之後可能受到限制。",
        ),
        remedy=_in(
            "Send less and only to who wants it. The account's log has the reason.",
            "Gửi ít hơn và chỉ gửi cho người muốn nhận. Lý do có trong nhật ký tài khoản.",
            "請減少發送，只傳給願意接收的人；原因請見帳戶紀錄。",
        ),
        title=_in("Warning about {subject}", "Cảnh báo về {subject}", "{subject} 的警告"),
    ),
    "template": Spoken(
        sentence=_in(
            "Templates of {subject} that were refused, paused or flagged: {n}.",
            "Mẫu tin của {subject} bị từ chối, tạm dừng hoặc gắn cờ: {n}.",
            "{subject} 遭拒絕、暫停或標記的範本：{n} 個。",
        ),
        remedy=_in(
            "The account's log says which and why. Change them at the provider.",
            "Nhật ký tài khoản cho biết mẫu nào và vì sao. Hãy sửa ở nhà cung cấp.",
            "帳戶紀錄會說明是哪些範本及原因，請到供應商後台修改。",
        ),
        title=_in("Templates of {subject}", "Mẫu tin của {subject}", "{subject} 的範本"),
    ),
    "dead": Spoken(
        sentence=_in(
            "Events given up after three tries: {n}. What they asked for has not happened.",
            "Sự kiện bị gác lại sau ba lần thử: {n}. Việc cần làm chưa được thực hiện.",
            "試了三次仍失敗而擱置的事件：{n} 筆，該做的事尚未完成。",
        ),
        remedy=_in(
            "List them with hub dead list, mend the cause, then try them again with hub dead retry.",
            "Xem bằng hub dead list, sửa nguyên nhân, rồi thử lại bằng hub dead retry.",
            "以 hub dead list 查看，排除原因後以 hub dead retry 重試。",
        ),
        title=_in("Events given up", "Sự kiện bị gác lại", "擱置的事件"),
    ),
    "disk": Spoken(
        sentence=_in(
            "The disk of {subject} is nearly full: {mib} MiB are free.",
            "Ổ đĩa của {subject} sắp đầy: còn {mib} MiB.",
            "{subject} 的磁碟快滿了，剩下 {mib} MiB。",
        ),
        remedy=_in(
            "Make room, or move the data folder to a larger disk. Without room the hub takes no more messages.",
            "Dọn bớt hoặc chuyển thư mục dữ liệu sang ổ lớn hơn. Hết chỗ thì hub không nhận tin nữa.",
            "請清出空間，或把資料夾移到較大的磁碟。空間用完後將無法再收訊。",
        ),
        title=_in("Disk of {subject}", "Ổ đĩa của {subject}", "{subject} 的磁碟"),
    ),
    "memory": Spoken(
        sentence=_in("Redis uses {percent} % of its memory.", "Redis đã dùng {percent} % bộ nhớ.", "Redis 已使用 {percent} % 的記憶體。"),
        remedy=_in(
            "Raise maxmemory. Once it is full, no more messages are taken in.",
            "Tăng maxmemory. Khi đầy, hub không nhận thêm tin.",
            "請調高 maxmemory。用滿後將無法再收訊。",
        ),
        title=_in("Memory of Redis", "Bộ nhớ Redis", "Redis 的記憶體"),
    ),
    "archive": Spoken(
        sentence=_in("The archive lags behind: {n} entries wait.", "Kho lưu trữ bị chậm: {n} mục đang chờ.", "封存落後，{n} 筆等待寫入。"),
        remedy=_in(
            "See whether its database answers, and what the worker's log says. Nothing is lost; older lines and search are behind.",
            "Kiểm tra cơ sở dữ liệu và nhật ký của worker. Không mất gì, nhưng tin cũ và tìm kiếm chưa cập nhật.",
            "請檢查資料庫是否正常，並查看 worker 的日誌。資料沒有遺失，但舊訊息與搜尋尚未更新。",
        ),
        title=_in("Archive", "Kho lưu trữ", "封存"),
    ),
    "spool": Spoken(
        sentence=_in(
            "Redis was away: {n} events still wait on the hub's own disk.",
            "Redis mất kết nối: {n} sự kiện còn chờ trên ổ đĩa của hub.",
            "Redis 曾中斷，{n} 筆事件仍暫存在磁碟上。",
        ),
        remedy=_in(
            "They go in by themselves once Redis answers. If this stays, see to Redis.",
            "Chúng tự vào khi Redis trả lời. Nếu kéo dài, hãy kiểm tra Redis.",
            "Redis 恢復後會自動送入；若持續如此，請檢查 Redis。",
        ),
        title=_in("Events on disk", "Sự kiện chờ trên ổ đĩa", "暫存的事件"),
    ),
}
"""By an alert's word."""

HEADS: Mapping[str, Words] = {
    "opened": _in("omnihub at {shop}: please have a look", "omnihub của {shop}: cần xem ngay", "{shop} 的 omnihub：請查看"),
    "ended": _in("omnihub at {shop}: all clear", "omnihub của {shop}: đã ổn", "{shop} 的 omnihub：已恢復正常"),
}
NEWS: Mapping[str, Words] = {
    "opened": _in("{sentence} {remedy}", "{sentence} {remedy}", "{sentence}{remedy}"),
    "worse": _in("Worse than before: {sentence} {remedy}", "Nặng hơn trước: {sentence} {remedy}", "情況惡化：{sentence}{remedy}"),
    "ended": _in("Over: {title}.", "Đã ổn: {title}.", "已恢復：{title}。"),
}
MORE = _in("And {n} more: see the console.", "Và {n} mục nữa: xem trong bảng điều khiển.", "另有 {n} 項，請看主控台。")
