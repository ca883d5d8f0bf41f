// A phone on the Telegram stand-in: shows one chat as its owner sees it, and lets them write and press.
"use strict";

const WORDS = {
  vi: {
    phone: "Điện thoại", another: "Thêm điện thoại", write: "Viết tin nhắn", send: "Gửi", attach: "Gửi ảnh", typing: "đang nhập…",
    block: "Chặn", unblock: "Bỏ chặn", edited: "đã sửa", keys: "Bàn phím trả lời", start: "Bắt đầu",
    hook: "đã nối với hub", polls: "hub đang lấy tin (polling)", nohook: "chưa nối: hub chưa đặt webhook", away: "mất kết nối với sandbox",
  },
  en: {
    phone: "Phone", another: "Another phone", write: "Write a message", send: "Send", attach: "Send a picture", typing: "typing…",
    block: "Block", unblock: "Unblock", edited: "edited", keys: "Answer keys", start: "Start",
    hook: "connected to the hub", polls: "the hub is polling", nohook: "not connected: the hub has set no webhook", away: "the sandbox does not answer",
  },
};
WORDS["zh-TW"] = {
  phone: "手機", another: "新增手機", write: "輸入訊息", send: "傳送", attach: "傳送圖片", typing: "輸入中…",
  block: "封鎖", unblock: "解除封鎖", edited: "已編輯", keys: "回覆鍵盤", start: "開始",
  hook: "已連接 hub", polls: "hub 正在收取訊息（polling）", nohook: "尚未連接：hub 還沒設定 webhook", away: "沙盒沒有回應",
};
const spoken = (tag) => (tag.startsWith("zh") ? "zh-TW" : tag.slice(0, 2));
const at = (id) => document.getElementById(id);
const names = { 1001: "Lan", 1002: "Minh", 1003: "Anna" }; // until the stand-in knows better: whose phones were used before
const state = { chat: "1001", language: navigator.languages.map(spoken).find((tag) => tag in WORDS) || "vi", blocked: false, round: 0, invited: "", laid: "" };

const word = (key) => WORDS[state.language][key];

const ask = async (path, body) => {
  const init = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  const answer = await fetch(path, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
};

const say = (text, picture = "") =>
  ask("/_sandbox/say", { chat: state.chat, text, picture, name: names[state.chat] || `Phone ${state.chat}`, language: state.language === "zh-TW" ? "zh-hant" : state.language });

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

const button = (label, act) => {
  const made = element("button", "", label);
  made.type = "button";
  made.addEventListener("click", () => act().catch(away));
  return made;
};

const media = (message) => {
  if (message.media === "photo" && /^https?:/.test(message.source)) {
    const picture = element("img");
    picture.src = message.source;
    picture.alt = message.text || message.media;
    return picture;
  }
  return element("div", "", `📎 ${message.media}: ${message.source}`);
};

const line = (message) => {
  const box = element("div", message.mine ? "line mine" : "line");
  const words = element("div", "words");
  if (message.media) words.append(media(message));
  words.append(element("span", "", message.text));
  if (message.edited) words.append(element("small", "", ` (${word("edited")})`));
  box.append(words);
  for (const row of message.buttons || []) {
    const keys = element("div", "row");
    for (const key of row) {
      keys.append(button(key.text, () => ask("/_sandbox/press", { chat: state.chat, message_id: message.id, data: key.callback_data })));
    }
    box.append(keys);
  }
  return box;
};

// Keys below the text field: put away after a press where they are for once, and had again by ⌨.
const keyboard = (shown) => {
  if (!shown.keys.length) return [];
  const rows = element("div", "rows");
  rows.hidden = shown.shut;
  rows.append(...shown.keys.map((row) => {
    const keys = element("div", "row");
    keys.append(...row.map((key) => button(key.text, () => ask("/_sandbox/key", { chat: state.chat, text: key.text }))));
    return keys;
  }));
  const opener = button("⌨", async () => { rows.hidden = !rows.hidden; opener.setAttribute("aria-expanded", String(!rows.hidden)); });
  opener.setAttribute("aria-expanded", String(!shown.shut));
  opener.setAttribute("aria-label", word("keys"));
  return [opener, rows];
};

const draw = (shown) => {
  const screen = at("screen");
  state.blocked = shown.blocked;
  at("block").textContent = word(shown.blocked ? "unblock" : "block");
  const lines = shown.messages.map(line);
  if (state.invited) lines.push(button(word("start"), () => say(`/start ${state.invited}`).then(() => { state.invited = ""; })));
  else if (!lines.length) lines.push(button(word("start"), () => say("/start")));
  if (shown.typing) lines.push(element("div", "typing", word("typing")));
  screen.replaceChildren(...lines);
  const laid = JSON.stringify([state.chat, state.language, shown.keys, shown.shut]);
  if (state.laid !== laid) at("keys").replaceChildren(...keyboard(shown));
  state.laid = laid;
  screen.scrollTop = screen.scrollHeight;
};

const away = () => {
  at("hook").textContent = word("away");
};

const look = async () => {
  const told = await ask("/_sandbox/state");
  at("bot").textContent = `@${told.username}`;
  at("hook").textContent = told.last_error || word(told.webhook ? "hook" : told.polls ? "polls" : "nohook");
};

// One watcher at a time: switching phone or language starts the next round, and the older one ends at its next answer.
const watch = async () => {
  const round = ++state.round;
  let seen = "";
  while (round === state.round) {
    try {
      const shown = await ask(`/_sandbox/chats/${state.chat}?wait=20&seen=${seen}`);
      if (round !== state.round) return;
      if (shown.version !== seen) draw(shown);
      seen = shown.version;
      await look();
    } catch {
      away();
      await new Promise((wake) => setTimeout(wake, 2000));
    }
  }
};

const label = () => {
  document.documentElement.lang = state.language;
  at("language").value = state.language;
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = word(one.dataset.word);
  at("add").title = word("another");
  at("add").setAttribute("aria-label", word("another"));
  at("text").placeholder = word("write");
  at("picture").setAttribute("aria-label", word("attach"));
  at("picture").parentElement.title = word("attach");
  at("block").textContent = word(state.blocked ? "unblock" : "block");
};

const offer = () => {
  at("who").replaceChildren(
    ...Object.entries(names).map(([id, name]) => {
      const option = element("option", "", name.includes(id) ? name : `${name} (${id})`);
      option.value = id;
      option.selected = id === state.chat;
      return option;
    }),
  );
};

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  if (!text) return;
  say(text).then(() => { at("text").value = ""; }, away);
});
// Words that are written already go along under the picture.
at("picture").addEventListener("change", () => {
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const content = reader.result.slice(reader.result.indexOf(",") + 1);
    say(at("text").value.trim(), content).then(() => { at("text").value = ""; }, away);
  });
  if (at("picture").files[0]) reader.readAsDataURL(at("picture").files[0]);
  at("picture").value = "";
});
at("who").addEventListener("change", (event) => { state.chat = event.target.value; watch(); });
at("add").addEventListener("click", () => {
  state.chat = String(Math.max(...Object.keys(names).map(Number)) + 1);
  names[state.chat] = `${word("phone")} ${state.chat}`;
  offer();
  watch();
});
at("block").addEventListener("click", () => {
  ask(state.blocked ? "/_sandbox/unblock" : "/_sandbox/block", { chat: state.chat }).catch(away);
});
at("language").addEventListener("change", (event) => { state.language = event.target.value; label(); watch(); });

// A link `/<bot>?start=<token>` opens a phone of its own, as t.me would on the customer's: its button says who comes.
const invited = new URLSearchParams(location.search).get("start");
if (invited && /^[A-Za-z0-9_-]{1,64}$/.test(invited)) {
  state.chat = localStorage.getItem("phone.mine") || String(5000 + Math.floor(Math.random() * 4e6));
  localStorage.setItem("phone.mine", state.chat);
  state.invited = invited;
  names[state.chat] = `${word("phone")} ${state.chat}`;
}

label();
offer();
ask("/_sandbox/chats").then((known) => { Object.assign(names, known); offer(); }).catch(away).finally(watch);
