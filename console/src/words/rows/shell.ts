/** Words of the shell: views, keys, what goes wrong. Each row: English, Vietnamese, Chinese as in Taiwan. */

import type { Rows } from "../shape";

export const shell = {
  "view.inbox": ["Inbox", "Hộp thư", "收件匣"],
  "view.customers": ["Customers", "Khách hàng", "顧客"],
  "view.nudges": ["Nudges", "Nhắc khách", "主動提醒"],
  "view.dialogs": ["Dialogs", "Kịch bản bot", "對話腳本"],
  "view.reports": ["Reports", "Báo cáo", "報表"],
  "view.settings": ["Settings", "Cài đặt", "設定"],

  "shell.views": ["Views", "Các mục", "功能"],
  "shell.waiting": [{ one: "{name}, one for you", other: "{name}, {n} for you" }, "{name}, {n} cuộc chờ bạn", "{name}，{n} 則待處理"],
  "shell.skip": ["Skip to the content", "Tới nội dung chính", "跳到主要內容"],
  "broken.title": ["This part could not be opened", "Không mở được phần này", "無法開啟這個部分"],
  "broken.words": [
    "The connection was lost, or the hub was renewed meanwhile. What you began to write is kept.",
    "Mất kết nối, hoặc hub vừa được cập nhật. Nội dung bạn đang soạn vẫn còn.",
    "連線中斷，或系統剛更新。您輸入到一半的內容仍保留著。",
  ],
  "broken.again": ["Load again", "Tải lại", "重新載入"],
  "shell.lost": [
    "No connection. What you write is kept; it goes on by itself.",
    "Mất kết nối. Nội dung bạn viết vẫn được giữ, hệ thống tự nối lại.",
    "連線中斷。您輸入的內容會保留，稍後自動重新連線。",
  ],
  "shell.polling": [
    "The live connection is blocked on the way: news come every few seconds.",
    "Kết nối trực tiếp bị chặn: tin mới tới sau vài giây.",
    "即時連線被擋住：新訊息會晚幾秒出現。",
  ],

  "bar.title": ["Command bar", "Thanh lệnh", "指令列"],
  "bar.hint": ["Do something, or find somebody", "Bạn muốn làm gì, hay tìm ai?", "想做什麼，或要找哪位顧客？"],
  "bar.none": ["Nothing is called so.", "Không tìm thấy.", "找不到符合的項目。"],
  "bar.views": ["Go to", "Đi tới", "前往"],
  "bar.you": ["You", "Bạn", "您"],
  "bar.talk": ["This conversation", "Cuộc trò chuyện này", "這段對話"],
  "bar.language": ["Language: {name}", "Ngôn ngữ: {name}", "語言：{name}"],
  "bar.theme": ["Look: {name}", "Giao diện: {name}", "外觀：{name}"],
  "keys.title": ["Keys", "Phím tắt", "快捷鍵"],
  "keys.back": ["Back", "Quay lại", "返回"],

  "do.undo": ["Undo", "Hoàn tác", "復原"],
  "do.close": ["Close", "Đóng", "關閉"],
  "do.again": ["Try again", "Thử lại", "再試一次"],
  "do.retry": ["Send again", "Gửi lại", "重新傳送"],
  "do.drop": ["Discard", "Bỏ", "捨棄"],
  "do.save": ["Save", "Lưu", "儲存"],
  "do.wait": ["One moment", "Chờ một chút", "請稍候"],

  "theme.system": ["As this machine is set", "Theo thiết bị", "跟隨系統"],
  "theme.light": ["Light", "Sáng", "淺色"],
  "theme.dark": ["Dark", "Tối", "深色"],

  "who.you": ["You", "Bạn", "您"],
  "who.bot": ["Bot", "Bot", "機器人"],
  "who.nudge": ["Nudge", "Tin nhắc", "主動提醒"],
  "who.system": ["System", "Hệ thống", "系統"],

  "signin.title": ["Sign in", "Đăng nhập", "登入"],
  "signin.login": ["Login", "Tên đăng nhập", "帳號"],
  "signin.password": ["Password", "Mật khẩu", "密碼"],
  "signin.do": ["Sign in", "Đăng nhập", "登入"],
  "signin.setup": [
    "Nobody is set up yet. Open the link that the hub printed when it was started.",
    "Chưa có ai được tạo. Mở đường link mà hub in ra khi khởi động.",
    "尚未建立任何人員。請開啟系統啟動時顯示的連結。",
  ],
  "setup.title": ["Set up this hub", "Thiết lập hub", "設定系統"],
  "setup.words": [
    "You are the first one here. You become an admin and can add colleagues afterwards.",
    "Bạn là người đầu tiên. Bạn sẽ là quản trị và có thể thêm đồng nghiệp sau.",
    "您是第一位使用者，將成為管理員，之後可以加入同事。",
  ],
  "setup.code": ["Code", "Mã", "驗證碼"],
  "setup.code.hint": ["It stands in the link that the hub printed.", "Mã nằm trong link mà hub in ra.", "在系統顯示的連結裡。"],
  "setup.do": ["Begin", "Bắt đầu", "開始使用"],

  "problem.own": [
    "Something broke on our side. Try again; if it stays so, tell your admin the time.",
    "Hệ thống gặp lỗi. Thử lại; nếu vẫn vậy, báo quản trị kèm giờ xảy ra.",
    "系統發生問題。請再試一次；若仍無法使用，請告知管理員發生時間。",
  ],
  "problem.offline": [
    "The hub cannot be reached. Nothing is lost; try again when the connection is back.",
    "Không kết nối được tới hub. Không mất gì cả; hãy thử lại khi có mạng.",
    "無法連上系統。資料沒有遺失，恢復連線後請再試一次。",
  ],
  "problem.slow": [
    { one: "Too many tries. Wait a second.", other: "Too many tries. Wait {n} seconds." },
    "Thử quá nhiều lần. Hãy chờ {n} giây.",
    "嘗試次數過多，請等候 {n} 秒。",
  ],
  "problem.busy": [
    "The hub is busy and has not taken it. Try again in a moment.",
    "Hub đang bận nên chưa nhận. Thử lại sau giây lát.",
    "系統忙碌中，尚未受理。請稍後再試。",
  ],
  "problem.password": ["Login or password is not right.", "Tên đăng nhập hoặc mật khẩu chưa đúng.", "帳號或密碼不正確。"],
  "problem.code": [
    "This code is not right, or somebody was set up already. Take the newest link, or sign in.",
    "Mã không đúng, hoặc đã có người được tạo. Dùng link mới nhất, hoặc đăng nhập.",
    "驗證碼不正確，或已有人完成設定。請使用最新的連結，或直接登入。",
  ],
  "problem.login_taken": [
    "Somebody has this login already. Take another.",
    "Tên đăng nhập này đã có người dùng. Chọn tên khác.",
    "這個帳號已有人使用，請換一個。",
  ],
  "problem.last_admin": [
    "This is the last active admin. Make somebody else an admin first.",
    "Đây là quản trị cuối cùng đang hoạt động. Hãy trao quyền quản trị cho người khác trước.",
    "這是最後一位啟用中的管理員。請先讓其他人成為管理員。",
  ],
  "problem.right": [
    "Your role may not do this. Ask somebody who may.",
    "Vai trò của bạn không được làm việc này. Hãy nhờ người có quyền.",
    "您的角色沒有這項權限，請找有權限的同事處理。",
  ],
  "problem.taken": ["{owner} has this conversation.", "{owner} đang phụ trách cuộc trò chuyện này.", "{owner} 正在處理這段對話。"],
  "problem.not_yours": ["Take the conversation over first.", "Hãy nhận cuộc trò chuyện trước.", "請先接手這段對話。"],
  "problem.file": [
    "A file is not kept any more. Attach it again.",
    "Có tệp không còn được lưu. Hãy đính kèm lại.",
    "有檔案已不再保留，請重新附加。",
  ],
  "problem.resolved": [
    "This conversation is closed. A new word of the customer opens the next one.",
    "Cuộc trò chuyện đã đóng. Khi khách nhắn lại sẽ mở cuộc mới.",
    "這段對話已結案。顧客再傳訊息時會開啟新的對話。",
  ],
  "problem.no_conversation": [
    "This customer has no open conversation.",
    "Khách này không có cuộc trò chuyện nào đang mở.",
    "這位顧客目前沒有進行中的對話。",
  ],
  "problem.not_an_agents": [
    "Only what a colleague wrote can be corrected or taken back.",
    "Chỉ sửa hoặc thu hồi được tin do nhân viên viết.",
    "只能修改或收回同事撰寫的訊息。",
  ],
  "problem.under_way": [
    "The message is being sent just now. Try again in a moment.",
    "Tin đang được gửi. Hãy thử lại sau giây lát.",
    "訊息正在傳送，請稍後再試。",
  ],
  "problem.not_arrived": [
    "That message did not arrive: there is nothing to change.",
    "Tin này chưa tới khách nên không có gì để sửa.",
    "這則訊息未送達，沒有內容可以修改。",
  ],
  "problem.cannot": [
    "This channel does not let a message be changed. Write a new one.",
    "Kênh này không cho sửa hay thu hồi tin. Hãy nhắn tin mới.",
    "此管道不允許更改訊息，請另傳一則。",
  ],
  "problem.too_late": [
    "The channel no longer lets this message be changed. Write a new one.",
    "Đã quá thời hạn kênh cho phép thay đổi tin này. Hãy nhắn tin mới.",
    "已超過管道允許更改這則訊息的時間，請另傳一則。",
  ],
  "problem.parts": [
    "The new words take another number of messages than the old ones. Shorten them, or write a new message.",
    "Nội dung mới chiếm số tin khác với tin cũ. Rút gọn lại hoặc nhắn tin mới.",
    "新內容的則數與原訊息不同。請縮短，或另傳一則。",
  ],
  "problem.files": [
    "The words of a message with files cannot be corrected on this channel. Take it back, or write a new one.",
    "Kênh này không cho sửa chữ của tin có tệp. Hãy thu hồi hoặc nhắn tin mới.",
    "此管道無法修改附檔訊息的文字。請收回，或另傳一則。",
  ],
  "problem.keyboard": [
    "A message with answers to press cannot be corrected on this channel. Take it back, or write a new one.",
    "Kênh này không cho sửa tin có nút trả lời. Hãy thu hồi hoặc nhắn tin mới.",
    "此管道無法修改附有回覆按鈕的訊息。請收回，或另傳一則。",
  ],
  "problem.not_ended": ["That message is still on its way.", "Tin này vẫn đang gửi.", "這則訊息仍在傳送中。"],
} as const satisfies Rows;
