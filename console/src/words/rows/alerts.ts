/** Words of the alerts: what is wrong with the hub itself, and what helps. Each row: English, Vietnamese, Chinese as in Taiwan. */

import type { Rows } from "../shape";

export const alerts = {
  "alert.access": [
    "{subject} no longer accepts our access: nothing goes out there.",
    "{subject} không còn chấp nhận quyền truy cập: tin ở đó không gửi được.",
    "{subject} 不再接受我們的存取權限，訊息無法送出。",
  ],
  "alert.access.remedy": [
    "Connect the account anew. What waits goes by itself then.",
    "Hãy kết nối lại tài khoản. Tin đang chờ sẽ tự gửi đi.",
    "請重新連接帳戶，等待中的訊息會自動送出。",
  ],
  "alert.payment": [
    "{subject} wants a payment and sends nothing before that.",
    "{subject} còn nợ phí nên không gửi tin.",
    "{subject} 有未付款項，已停止傳送。",
  ],
  "alert.payment.remedy": [
    "Settle it with the provider. What waits goes by itself then.",
    "Hãy thanh toán với nhà cung cấp. Tin đang chờ sẽ tự gửi đi.",
    "請向供應商完成付款，等待中的訊息會自動送出。",
  ],
  "alert.token": [
    "Our access to {subject} ends at {until}.",
    "Quyền truy cập {subject} hết hạn lúc {until}.",
    "{subject} 的存取權限將於 {until} 到期。",
  ],
  "alert.token.remedy": [
    "Make a new token at the provider and enter it before then, or nothing goes out there.",
    "Tạo token mới ở nhà cung cấp và nhập vào trước lúc đó, nếu không tin ở đó sẽ không gửi được.",
    "請在到期前到供應商後台建立新的權杖並填入，否則訊息無法送出。",
  ],
  "alert.hook": [
    "{subject} brings what customers write to another address than ours: nothing arrives here.",
    "{subject} đang gửi tin của khách tới địa chỉ khác: ở đây không nhận được gì.",
    "{subject} 把顧客的訊息送到其他網址，這裡收不到。",
  ],
  "alert.hook.remedy": [
    "Connect the account anew, and see whether another program uses it.",
    "Hãy kết nối lại tài khoản và xem có phần mềm khác đang dùng nó không.",
    "請重新連接帳戶，並確認是否有其他程式正在使用。",
  ],
  "alert.silent": [
    "Nothing has come from {subject} since {after}: much longer than usual at these hours.",
    "{subject} không có gì tới từ {after}, lâu hơn hẳn mọi khi vào giờ này.",
    "{subject} 自 {after} 起沒有任何訊息進來，比平常這個時段久得多。",
  ],
  "alert.silent.remedy": [
    "Write to the account yourself. If that does not arrive, connect its webhook anew.",
    "Thử nhắn cho tài khoản đó. Nếu tin không tới, hãy kết nối lại webhook.",
    "請自己傳一則訊息試試；若沒收到，請重新連接 webhook。",
  ],
  "alert.failing": [
    "{failures} of {calls} calls to {subject} failed in the last half hour.",
    "{failures} trên {calls} lượt gọi tới {subject} bị lỗi trong nửa giờ qua.",
    "過去半小時，{subject} 的 {calls} 次呼叫有 {failures} 次失敗。",
  ],
  "alert.failing.remedy": [
    "See in the account's log what fails, and why.",
    "Xem nhật ký của tài khoản để biết lỗi gì và vì sao.",
    "請在帳戶的紀錄中查看失敗的項目與原因。",
  ],
  "alert.restricted": [
    "{subject} is restricted by its provider: messages there may not go out.",
    "{subject} bị nhà cung cấp hạn chế: tin ở đó có thể không gửi được.",
    "{subject} 遭供應商限制，訊息可能無法送出。",
  ],
  "alert.restricted.remedy": [
    "Stop campaigns there, read the reason in the account's log, and appeal at the provider.",
    "Dừng các chiến dịch ở đó, xem lý do trong nhật ký tài khoản rồi khiếu nại với nhà cung cấp.",
    "請暫停該帳戶的行銷活動，在紀錄中查看原因，並向供應商申訴。",
  ],
  "alert.quality": [
    "{subject} was warned by its provider for what is sent there: a restriction may follow.",
    "{subject} bị nhà cung cấp cảnh báo về tin đã gửi: có thể sẽ bị hạn chế.",
    "{subject} 因發送的內容遭供應商警告，之後可能受到限制。",
  ],
  "alert.quality.remedy": [
    "Send less and only to who wants it. The account's log has the reason.",
    "Gửi ít hơn và chỉ gửi cho người muốn nhận. Lý do có trong nhật ký tài khoản.",
    "請減少發送，只傳給願意接收的人；原因請見帳戶紀錄。",
  ],
  "alert.template": [
    "Templates of {subject} that were refused, paused or flagged: {n}.",
    "Mẫu tin của {subject} bị từ chối, tạm dừng hoặc gắn cờ: {n}.",
    "{subject} 遭拒絕、暫停或標記的範本：{n} 個。",
  ],
  "alert.template.remedy": [
    "The account's log says which and why. Change them at the provider.",
    "Nhật ký tài khoản cho biết mẫu nào và vì sao. Hãy sửa ở nhà cung cấp.",
    "帳戶紀錄會說明是哪些範本及原因，請到供應商後台修改。",
  ],
  "alert.dead": [
    "Events given up after three tries: {n}. What they asked for has not happened.",
    "Sự kiện bị gác lại sau ba lần thử: {n}. Việc cần làm chưa được thực hiện.",
    "試了三次仍失敗而擱置的事件：{n} 筆，該做的事尚未完成。",
  ],
  "alert.dead.remedy": [
    "List them with hub dead list, mend the cause, then try them again with hub dead retry.",
    "Xem bằng hub dead list, sửa nguyên nhân, rồi thử lại bằng hub dead retry.",
    "以 hub dead list 查看，排除原因後以 hub dead retry 重試。",
  ],
  "alert.disk": [
    "The disk of {subject} is nearly full: {mib} MiB are free.",
    "Ổ đĩa của {subject} sắp đầy: còn {mib} MiB.",
    "{subject} 的磁碟快滿了，剩下 {mib} MiB。",
  ],
  "alert.disk.remedy": [
    "Make room, or move the data folder to a larger disk. Without room the hub takes no more messages.",
    "Dọn bớt hoặc chuyển thư mục dữ liệu sang ổ lớn hơn. Hết chỗ thì hub không nhận tin nữa.",
    "請清出空間，或把資料夾移到較大的磁碟。空間用完後將無法再收訊。",
  ],
  "alert.memory": ["Redis uses {percent} % of its memory.", "Redis đã dùng {percent} % bộ nhớ.", "Redis 已使用 {percent} % 的記憶體。"],
  "alert.memory.remedy": [
    "Raise maxmemory. Once it is full, no more messages are taken in.",
    "Tăng maxmemory. Khi đầy, hub không nhận thêm tin.",
    "請調高 maxmemory。用滿後將無法再收訊。",
  ],
  "alert.archive": ["The archive lags behind: {n} entries wait.", "Kho lưu trữ bị chậm: {n} mục đang chờ.", "封存落後，{n} 筆等待寫入。"],
  "alert.archive.remedy": [
    "See whether its database answers, and what the worker's log says. Nothing is lost; older lines and search are behind.",
    "Kiểm tra cơ sở dữ liệu và nhật ký của worker. Không mất gì, nhưng tin cũ và tìm kiếm chưa cập nhật.",
    "請檢查資料庫是否正常，並查看 worker 的日誌。資料沒有遺失，但舊訊息與搜尋尚未更新。",
  ],
  "alert.spool": [
    "Redis was away: {n} events still wait on the hub's own disk.",
    "Redis mất kết nối: {n} sự kiện còn chờ trên ổ đĩa của hub.",
    "Redis 曾中斷，{n} 筆事件仍暫存在磁碟上。",
  ],
  "alert.spool.remedy": [
    "They go in by themselves once Redis answers. If this stays, see to Redis.",
    "Chúng tự vào khi Redis trả lời. Nếu kéo dài, hãy kiểm tra Redis.",
    "Redis 恢復後會自動送入；若持續如此，請檢查 Redis。",
  ],
  "alerts.title": ["What is wrong with the hub", "Vấn đề của hub", "系統異常"],
  "alerts.place": ["Go there", "Xem ở đây", "前往查看"],
  "alerts.since": ["since {time}", "từ {time}", "自 {time}"],
  "alerts.warning": ["Warning", "Cảnh báo", "警告"],
  "alerts.critical": ["Urgent", "Khẩn cấp", "緊急"],
  "alerts.more": [{ one: "And one more", other: "And {n} more" }, "Thêm {n} vấn đề", "另有 {n} 項"],
  "alerts.fewer": ["Show fewer", "Thu gọn", "收合"],
  "alerts.known": ["Put away until it changes", "Ẩn cho đến khi thay đổi", "隱藏，直到有變化"],
} as const satisfies Rows;
