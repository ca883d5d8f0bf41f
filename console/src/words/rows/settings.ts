/** Words of the settings, and of views to come. Each row: English, Vietnamese, Chinese as in Taiwan. */

import type { Rows } from "../shape";

export const settings = {
  "settings.me": ["You", "Tài khoản của bạn", "個人設定"],
  "settings.people": ["People", "Nhân viên", "人員"],
  "me.of": ["Your settings, {name}", "Tài khoản của {name}", "{name} 的設定"],
  "me.language": ["Language", "Ngôn ngữ", "語言"],
  "me.theme": ["Look", "Giao diện", "外觀"],
  "me.enter": ["The Enter key", "Phím Enter", "Enter 鍵"],
  "me.enter.sends": [
    "Enter sends, Shift+Enter begins a new line",
    "Enter để gửi, Shift+Enter để xuống dòng",
    "Enter 傳送，Shift+Enter 換行",
  ],
  "me.enter.breaks": ["Enter begins a new line, Ctrl+Enter sends", "Enter để xuống dòng, Ctrl+Enter để gửi", "Enter 換行，Ctrl+Enter 傳送"],
  "me.saved": ["Saved", "Đã lưu", "已儲存"],
  "me.out": ["Sign out", "Đăng xuất", "登出"],
  "me.password": ["Password", "Mật khẩu", "密碼"],
  "me.password.old": ["The one you have", "Mật khẩu hiện tại", "目前的密碼"],
  "me.password.new": ["The new one", "Mật khẩu mới", "新密碼"],
  "me.password.do": ["Change it", "Đổi mật khẩu", "變更密碼"],
  "me.password.changed": [
    "Changed. Other browsers are signed out.",
    "Đã đổi. Các trình duyệt khác đã bị đăng xuất.",
    "已變更，其他瀏覽器皆已登出。",
  ],

  "person.name": ["Name", "Tên", "姓名"],
  "person.role": ["Role", "Vai trò", "角色"],
  "person.password": ["First password", "Mật khẩu ban đầu", "初始密碼"],
  "person.login.hint": ["Letters a–z, digits and . _ @ + -", "Chữ a–z, số và . _ @ + -", "可用 a–z、數字與 . _ @ + -"],
  "person.password.hint": ["At least 10 characters", "Ít nhất 10 ký tự", "至少 10 個字元"],
  "person.password.tell": [
    "At least 10 characters. Tell it to them; they can change it.",
    "Ít nhất 10 ký tự. Báo cho họ; họ có thể đổi sau.",
    "至少 10 個字元。請告知本人，之後可自行變更。",
  ],
  "people.words": ["Who may sign in, and what each may do.", "Ai được đăng nhập, và được làm gì.", "誰可以登入，以及各自的權限。"],
  "people.add": ["Add somebody", "Thêm nhân viên", "新增人員"],
  "people.added": ["{name} can sign in now", "{name} đã có thể đăng nhập", "{name} 現在可以登入"],
  "people.changed": ["{name} is changed", "Đã cập nhật {name}", "已更新 {name}"],
  "people.role": ["Role of {name}", "Vai trò của {name}", "{name} 的角色"],
  "people.off": ["cannot sign in", "không được đăng nhập", "已停用"],
  "people.deactivate": ["Deactivate", "Ngừng", "停用"],
  "people.activate": ["Activate", "Cho phép lại", "啟用"],

  "role.agent": ["Agent", "Nhân viên", "客服人員"],
  "role.lead": ["Lead", "Trưởng nhóm", "組長"],
  "role.marketer": ["Marketer", "Tiếp thị", "行銷人員"],
  "role.analyst": ["Analyst", "Phân tích", "分析人員"],
  "role.admin": ["Admin", "Quản trị", "管理員"],
  "role.agent.may": ["Talks to customers", "Trò chuyện với khách", "與顧客對話"],
  "role.lead.may": [
    "Talks to customers, and says which two are one",
    "Trò chuyện với khách, và gộp hồ sơ khách",
    "與顧客對話，並可合併顧客資料",
  ],
  "role.marketer.may": ["Looks at customers and runs journeys", "Xem khách hàng và chạy kịch bản nhắc", "查看顧客並管理提醒旅程"],
  "role.analyst.may": ["Looks, and changes nothing", "Chỉ xem, không thay đổi gì", "僅能檢視"],
  "role.admin.may": ["May do everything", "Được làm mọi việc", "擁有所有權限"],

  "dialogs.title": ["What the bot says", "Bot nói gì", "機器人的對話"],
  "dialogs.words": [
    "Here you will see and change how the bot greets, answers, looks up orders and hands over, in every language of the shop.",
    "Tại đây bạn sẽ xem và sửa cách bot chào, trả lời, tra đơn và chuyển cho nhân viên, bằng mọi ngôn ngữ của shop.",
    "在這裡可以查看並修改機器人如何問候、回答、查詢訂單與轉接客服，涵蓋商店的所有語言。",
  ],
  "dialogs.when": [
    "It comes with a later version. Until then the words lie in files; docs/dialogs.md tells where.",
    "Mục này có trong phiên bản sau. Hiện tại lời thoại nằm trong tệp cấu hình.",
    "此功能將在後續版本提供。目前對話內容存放在設定檔中。",
  ],
  "reports.title": ["How it goes", "Tình hình chung", "營運概況"],
  "reports.words": [
    "Here you will read how fast customers are answered, what they ask for, and what nudges brought, a sentence first, then the chart.",
    "Tại đây bạn sẽ xem khách được trả lời nhanh ra sao, họ hỏi gì, và tin nhắc mang lại bao nhiêu đơn.",
    "在這裡可以了解回覆速度、顧客常問的問題，以及主動提醒帶來的成效。",
  ],
  "reports.when": [
    "It comes with a later version. The counts of each journey are under Nudges already.",
    "Mục này có trong phiên bản sau. Số liệu của từng kịch bản đã có ở mục Nhắc khách.",
    "此功能將在後續版本提供。各旅程的數字已可在「主動提醒」查看。",
  ],
} as const satisfies Rows;
