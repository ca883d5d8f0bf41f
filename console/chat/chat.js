// The plain web chat. What the customer writes is kept until the hub says it is durable; what the hub says is read by cursor.
// So nothing is lost or shown twice however often the connection breaks. The frames are described in hub/model/chat.py.

const WORDS = {
  en: {
    title: "Chat with us", empty: "Write to us: orders, delivery, returns, anything.", field: "Your message", send: "Send",
    log: "Conversation", sending: "sending…", sent: "sent", failed: "not sent – will try again", refused: "not sent: too long",
    offline: "No connection. What you write is sent as soon as it is back.", down: "New messages ↓",
    bot: "bot", agent: "Team", nudge: "🔔", offers: "Suggested answers",
  },
  vi: {
    title: "Trò chuyện với shop", empty: "Nhắn cho shop nhé: đơn hàng, giao hàng, đổi trả, gì cũng được ạ.", field: "Tin nhắn của bạn", send: "Gửi",
    log: "Cuộc trò chuyện", sending: "đang gửi…", sent: "đã gửi", failed: "chưa gửi được – sẽ thử lại", refused: "chưa gửi được: tin quá dài",
    offline: "Mất kết nối. Có mạng lại là tin của bạn được gửi đi ngay.", down: "Tin mới ↓",
    bot: "bot", agent: "Nhân viên", nudge: "🔔", offers: "Câu trả lời gợi ý",
  },
  "zh-TW": {
    title: "線上客服", empty: "訂單、配送、退換貨，都可以問我們。", field: "輸入訊息", send: "傳送",
    log: "對話", sending: "傳送中…", sent: "已傳送", failed: "尚未送出，會自動重試", refused: "無法送出：內容過長",
    offline: "連線中斷。恢復後會自動送出您寫的訊息。", down: "新訊息 ↓",
    bot: "機器人", agent: "客服人員", nudge: "🔔", offers: "建議回覆",
  },
};
const KEPT_UNDER = "omnihub.chat";
const UNSENT = `${KEPT_UNDER}.unsent.`; // one key per message, so that two tabs do not overwrite each other's
const ACK_WITHIN = 8000; // ms; a connection that died silently never answers
const AGAIN_AFTER = 2000; // ms, when the hub could not take a message
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 10000;
const OFFLINE_AFTER = 1200; // ms without connection before it is worth a line

const at = (id) => document.getElementById(id);
const [title, line, log, empty, down, composer, field, send] = ["title", "line", "log", "empty", "down", "composer", "words", "send"].map(at);
const language = navigator.languages.map(known).find(Boolean) ?? "en";
const words = WORDS[language];
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const calendar = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });

const kept = recall(KEPT_UNDER, { session: "", read: "" });
let outbox = unsent(); // [{ id, text, payload, at }], oldest first
const shown = new Map(); // id → item
let socket = null;
let welcomed = false;
let cursor = "";
let reported = "";
let inFlight = null;
let ackTimer = 0;
let pause = FIRST_PAUSE;
let reconnect = 0;
let offline = 0;
let tidying = 0;

function known(tag) {
  const base = tag.toLowerCase().split("-")[0];
  return { vi: "vi", en: "en", zh: "zh-TW" }[base];
}

// ---- what survives a reload

// Where storage is forbidden the chat works as well; it only forgets on reload.

function recall(key, fresh) {
  try {
    return { ...fresh, ...JSON.parse(localStorage.getItem(key) ?? "{}") };
  } catch {
    return fresh;
  }
}

function keep(key, value) {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    // As above.
  }
}

function unsent() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(UNSENT));
    return keys.map((key) => recall(key, {})).filter(({ id }) => id).sort((a, b) => a.at - b.at);
  } catch {
    return [];
  }
}

// ---- the connection

function connect() {
  clearTimeout(reconnect);
  reconnect = 0;
  const address = new URL("chat/ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const wire = new WebSocket(address);
  socket = wire;
  // What is not noted as read yet is asked for again, so that it can be reported; shown twice it is not.
  const from = later(cursor, kept.read) ? kept.read : cursor;
  wire.onopen = () => wire.send(JSON.stringify({ type: "hello", session: kept.session, cursor: from, read: kept.read }));
  wire.onmessage = (event) => wire === socket && take(JSON.parse(event.data));
  wire.onclose = () => wire === socket && lost();
}

function lost() {
  welcomed = false;
  inFlight = null;
  clearTimeout(ackTimer);
  for (const { id } of outbox) mark(id, "failed");
  offline ||= setTimeout(() => { line.textContent = words.offline; line.hidden = false; }, OFFLINE_AFTER);
  reconnect ||= setTimeout(connect, pause * (0.5 + Math.random()));
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

function drop() {
  const wire = socket;
  socket = null;
  wire?.close();
  lost();
}

function take(frame) {
  switch (frame.type) {
    case "welcome": return enter(frame);
    case "ack": return acknowledged(frame.id);
    case "entry": return show(frame);
    case "noted": return noted(frame.upto);
    case "error": return refused(frame);
    default: // A newer hub may say more than this page knows.
  }
}

function enter(frame) {
  if (frame.session !== kept.session) kept.read = cursor = "";
  kept.session = frame.session;
  reported = kept.read;
  keep(KEPT_UNDER, kept);
  welcomed = true;
  pause = FIRST_PAUSE;
  clearTimeout(offline);
  offline = 0;
  line.hidden = true;
  sendNext();
  report();
}

// ---- out: one message at a time, so their order holds

function say(text, payload = "") {
  const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const message = { id, text, payload, at: Date.now() };
  outbox.push(message);
  keep(UNSENT + id, message);
  wait(message);
  withdrawOffers();
  toEnd();
  sendNext();
}

function wait(message) {
  add({ ...message, who: "customer", waiting: true });
  mark(message.id, offline ? "failed" : "sending");
}

function sendNext() {
  const [message] = outbox;
  if (!message || !welcomed || inFlight) return;
  const { id, text, payload } = message;
  inFlight = id;
  mark(id, "sending");
  socket.send(JSON.stringify({ type: "say", id, text, payload, language }));
  ackTimer = setTimeout(drop, ACK_WITHIN);
}

function acknowledged(id) {
  finish(id);
  mark(id, "sent");
  sendNext();
}

function refused({ code, id = "" }) {
  if (code === "later" && id) {
    clearTimeout(ackTimer);
    mark(id, "failed");
    setTimeout(() => { if (inFlight === id) { inFlight = null; sendNext(); } }, AGAIN_AFTER);
  } else if (code === "later") {
    setTimeout(() => { reported = kept.read; report(); }, AGAIN_AFTER); // What was read is told once more.
  } else if (inFlight) {
    const gone = inFlight;
    finish(gone);
    mark(gone, "refused");
    sendNext();
  }
}

function finish(id) {
  clearTimeout(ackTimer);
  if (inFlight === id) inFlight = null;
  outbox = outbox.filter((message) => message.id !== id);
  keep(UNSENT + id, null);
}

// ---- in

function show(entry) {
  if (later(entry.cursor, cursor)) cursor = entry.cursor;
  const follow = nearEnd();
  const own = shown.get(entry.id);
  if (own?.waiting) {
    Object.assign(own, { waiting: false, at: entry.at, day: calendar.format(entry.at) });
    own.node.querySelector("time").textContent = clock.format(entry.at);
    place(own);
  } else if (!own) {
    add(entry);
    if (entry.who === "customer") mark(entry.id, "sent");
  }
  if (follow) toEnd();
  else down.hidden = entry.who === "customer";
  report();
}

function report() {
  if (!welcomed || document.visibilityState !== "visible" || !later(cursor, reported)) return;
  reported = cursor;
  socket.send(JSON.stringify({ type: "read", upto: cursor }));
}

function noted(upto) {
  kept.read = upto;
  keep(KEPT_UNDER, kept);
}

function later(one, other) {
  const [a = -1, b = 0] = one.split("-").filter(Boolean).map(Number);
  const [c = -1, d = 0] = other.split("-").filter(Boolean).map(Number);
  return a > c || (a === c && b > d);
}

// ---- the log: said lines by their time, waiting ones last

function add(entry) {
  const item = { ...entry, node: itemNode(entry), day: calendar.format(entry.at) };
  shown.set(item.id, item);
  empty.hidden = true;
  place(item);
}

function place(item) {
  let before = null;
  for (let node = log.lastElementChild; node; node = node.previousElementSibling) {
    const other = shown.get(node.dataset.id);
    if (other === item) continue;
    if (other && (item.waiting || (!other.waiting && other.at <= item.at))) break;
    before = node;
  }
  // Nodes stay where they are if they can: a screen reader speaks what is put in anew.
  if (!item.node.isConnected || item.node.nextElementSibling !== before) log.insertBefore(item.node, before);
  clearTimeout(tidying);
  tidying = setTimeout(tidy, 0); // Once for a whole history.
}

function itemNode(entry) {
  const node = element("li", `item ${["customer", "bot", "agent", "nudge", "system"].includes(entry.who) ? entry.who : "system"}`);
  node.dataset.id = entry.id;
  const bubble = element("div", "bubble");
  bubble.dir = "auto";
  bubble.append(...linked(entry.text ?? ""), ...(entry.links ?? []).flatMap(mediaLink));
  const meta = element("p", "meta");
  if (words[entry.who]) meta.append(element("span", entry.who === "bot" ? "tag" : "", words[entry.who]), " · ");
  meta.append(element("time", "", clock.format(entry.at)), element("span", "state"));
  node.append(bubble, meta);
  return node;
}

function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/u).map((piece, place) => (place % 2 ? anchor(piece, piece) : piece));
}

function mediaLink({ url, name, kind }) {
  return /^https?:\/\//iu.test(url) ? ["\n", anchor(url, name || kind)] : [];
}

function anchor(href, label) {
  const link = element("a", "", label);
  Object.assign(link, { href, target: "_blank", rel: "noopener noreferrer" });
  return link;
}

function element(name, className = "", text = "") {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

function mark(id, state) {
  const item = shown.get(id);
  if (!item) return;
  item.state = state;
  const meta = item.node.querySelector(".meta");
  meta.classList.toggle("trouble", state === "failed" || state === "refused");
  const note = item.node.querySelector(".state");
  note.className = `state ${state}`;
  note.textContent = ` · ${words[state]}`;
}

function tidy() {
  const follow = nearEnd();
  let last = calendar.format(Date.now()); // Today needs no heading.
  let heading = null;
  for (const node of [...log.children]) {
    const item = shown.get(node.dataset.id);
    if (!item) {
      heading?.remove();
      heading = node;
      continue;
    }
    if (item.day === last) heading?.remove();
    else if (heading?.textContent !== item.day) {
      heading?.remove();
      log.insertBefore(element("li", "day", item.day), node);
    }
    heading = null;
    last = item.day;
  }
  heading?.remove();
  refreshOffers();
  if (follow) toEnd();
}

function refreshOffers() {
  const item = shown.get(log.lastElementChild?.dataset.id);
  if (item?.node.querySelector(".offers")) return;
  withdrawOffers();
  if (!item?.quick_replies?.length) return;
  const offers = element("div", "offers");
  offers.setAttribute("role", "group");
  offers.setAttribute("aria-label", words.offers);
  for (const { title: label, payload } of item.quick_replies) {
    const button = element("button", "", label);
    button.type = "button";
    button.onclick = () => { say(label, payload ?? ""); field.focus(); };
    offers.append(button);
  }
  item.node.append(offers);
}

function withdrawOffers() {
  log.querySelector(".offers")?.remove();
}

const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

function toEnd() {
  log.scrollTop = log.scrollHeight;
  down.hidden = true;
}

// ---- the field

function fit() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
  send.disabled = !field.value.trim();
}

composer.onsubmit = (event) => {
  event.preventDefault();
  // Pasted control characters say nothing and are six times as long in JSON.
  const text = field.value.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/gu, " ").trim();
  if (!text) return;
  field.value = "";
  fit();
  say(text);
};
field.oninput = fit;
field.onkeydown = (event) => {
  // While an input method composes (Telex, Zhuyin), Enter chooses a word and sends nothing.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  composer.requestSubmit();
};
down.onclick = toEnd;
log.onscroll = () => { if (nearEnd()) down.hidden = true; };
document.addEventListener("visibilitychange", report);
addEventListener("online", () => { if (!welcomed) { clearTimeout(reconnect); connect(); } });
addEventListener("offline", drop);

document.documentElement.lang = language;
document.title = title.textContent = words.title;
empty.textContent = words.empty;
down.textContent = words.down;
field.placeholder = words.field;
field.setAttribute("aria-label", words.field);
send.setAttribute("aria-label", words.send);
log.setAttribute("aria-label", words.log);
outbox.forEach(wait);
fit();
field.focus();
connect();
