// Phones of every app: as many as fit beside each other, one request that waits for all of them.
import { keyboard, make, screen } from "/phones_draw.js";
import { wall } from "/phones_wall.js";
import { language, limits, speak, word } from "/phones_words.js";

const WAIT_S = 20;
const AGAIN_MS = 2000;
const WIDTH = 340;
const MOST = 4;
const LARGEST = 5 * 1024 * 1024;
const OPEN = "phones.open";
const MARKS = { whatsapp_cloud: "W", twilio_whatsapp: "W", messenger: "M", instagram: "I", line: "L", viber: "V", zalo: "Z", slack: "#", twilio_sms: "S", telegram: "T", email: "@" };

const at = (id) => document.getElementById(id);
const apps = new Map(); // kind → what the server tells of the app
const open = new Map(); // kind → the phone on the page, in the order they were opened
let seenNews = {}; // kind → chat → lines already looked at
let news = {};
let version = "";
let round = 0;

const ask = async (path, body, signal) => {
  const init = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : { signal };
  const answer = await fetch(path, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
};

const told = (text, bad = false) => {
  at("status").textContent = text;
  at("status").dataset.bad = bad ? "yes" : "";
};
const failed = () => told(word("refused"), true);
const act = (kind, name, body) => ask(`/${kind}/_sandbox/${name}`, body).then(standing, failed);
const standing = () => {
  const hooked = [...apps.values()].some((app) => app.hook);
  told(word(hooked ? "connected" : "nohook"), !hooked);
};

// --- one phone ---

const actsOf = (phone) => {
  const about = () => ({ chat: phone.chat, name: phone.person().name, language: phone.person().language });
  const send = (name, body) => act(phone.kind, name, { chat: phone.chat, ...body });
  return {
    kind: phone.kind,
    chat: () => phone.chat,
    does: apps.get(phone.kind).does,
    say: (text) => send("say", { ...about(), text }),
    picture: (content, file, text) => send("say", { ...about(), text, filename: file.name, content, mime_type: file.type, media_kind: "image" }),
    place: () => send("say", { ...about(), text: "", latitude: 21.0285, longitude: 105.8542 }),
    press: (bubble, one) => send("press", { n: bubble.n, offer: one.id || "" }),
    react: (bubble, emoji) => send("react", { n: bubble.n, emoji }),
    comment: (text) => send("comment", { ...about(), text }),
    uncomment: (one) => send("uncomment", { offer: one.id }),
    unsend: (bubble) => send("unsend", { n: bubble.n }),
    read: () => send("read", {}),
    standing: (name) => send(name, {}),
    start: (ref) => send("follow", { name: phone.person().name, ref }),
    trouble: (name) => ask(`/_phones/${phone.kind}/trouble`, { chat: phone.chat, name }).then(() => phone.notice(word("troubles")[name][1]), failed),
  };
};

// Words that are written already go along under the picture.
const attach = (phone, file, field) => {
  if (!file) return;
  if (file.size > LARGEST) {
    told(word("tooLarge"), true);
    return;
  }
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    phone.acts.picture(reader.result.slice(reader.result.indexOf(",") + 1), file, field.value.trim());
    field.value = "";
  });
  reader.readAsDataURL(file);
};

const menu = (phone) => {
  const can = apps.get(phone.kind).does;
  const entries = [
    [word(phone.blocked ? "unblock" : "block"), () => phone.acts.standing(phone.blocked ? "follow" : "block")],
    can.includes("follow") && !phone.blocked ? [word("follow"), () => phone.acts.standing("follow")] : null,
    can.includes("place") ? [word("place"), () => phone.acts.place()] : null,
    [word("close"), () => toggle(phone.kind)],
  ].filter(Boolean);
  const entry = ([label, what]) => make("button", { type: "button", onclick: () => { box.open = false; what(); } }, label);
  const wrong = make("p", { id: `wrong-${phone.kind}` }, word("wrong"));
  const troubles = apps.get(phone.kind).troubles.map((name) => entry([word("troubles")[name][0], () => phone.acts.trouble(name)]));
  const box = make("details", { class: "menu" }, make("summary", { "aria-label": word("more"), title: word("more") }, "⋮"),
    make("div", { class: "entries" }, ...entries.map(entry), wrong, make("div", { role: "group", "aria-labelledby": wrong.id }, ...troubles)));
  return box;
};

const writing = (phone) => {
  const hint = word(phone.posts ? "comment" : "write");
  const field = make("textarea", { rows: 1, maxlength: 7000, "aria-label": hint, placeholder: hint, autocomplete: "off" });
  const file = make("input", { type: "file", accept: "image/*", class: "hidden", "aria-label": word("attach"), onchange: () => { attach(phone, file.files[0], field); file.value = ""; } });
  const go = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    if (phone.posts) phone.acts.comment(text);
    else phone.acts.say(text);
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) go(event);
  });
  const pick = phone.posts ? null : make("label", { class: "attach", title: word("attach") }, file, make("span", { "aria-hidden": "true" }, "🖼"));
  return make("form", { class: "write", onsubmit: go }, pick, field, make("button", { "aria-label": word("send"), title: word("send") }, "➤"));
};

// What is said in private, and the shop's posts with what stands under them.
const tabs = (phone) => {
  if (!apps.get(phone.kind).does.includes("comment")) return "";
  const tab = (posts, name) => make("button", { type: "button", "aria-pressed": String(phone.posts === posts), onclick: () => phone.show(posts) }, word(name));
  return make("div", { class: "tabs", role: "group" }, tab(false, "chats"), tab(true, "posts"));
};

const people = (phone) => {
  const select = make("select", { class: "who", "aria-label": word("who"), onchange: () => phone.turnTo(select.value) },
    ...apps.get(phone.kind).people.map((one) => make("option", { value: one.id, selected: one.id === phone.chat, lang: one.language }, one.name)));
  return select;
};

class Phone {
  constructor(kind) {
    this.kind = kind;
    this.chat = (apps.get(kind).people.find((one) => one.language.slice(0, 2) === language.slice(0, 2)) || apps.get(kind).people[0]).id;
    this.acts = actsOf(this);
    this.blocked = false;
    this.posts = false;
    this.section = make("section", { class: "phone", "data-kind": kind });
    this.build();
  }

  person() {
    return apps.get(this.kind).people.find((one) => one.id === this.chat);
  }

  build() {
    const app = apps.get(this.kind);
    this.seen = "";
    this.kept = new Map();
    this.laid = "";
    this.screen = make("div", { class: "screen", role: "log", tabindex: "0", "aria-label": `${app.title}, ${this.person().name}` });
    this.low = true;
    this.screen.addEventListener("scroll", () => { this.low = this.screen.scrollHeight - this.screen.scrollTop - this.screen.clientHeight < 80; });
    // A picture is as high as it is only once it is here; it does not bubble, so it is caught on its way down.
    this.screen.addEventListener("load", () => this.sink(), true);
    this.quick = make("div", { class: "quick", role: "group" });
    this.noticed = make("p", { class: "notice", role: "status" });
    this.heard = 0;
    this.keys = make("div", { class: "keys" });
    this.menu = make("span", {}, menu(this));
    const add = make("button", { type: "button", "aria-label": word("another"), title: word("another"), onclick: () => this.another() }, "+");
    const bar = make("header", { class: "bar" }, make("span", { class: "mark", "aria-hidden": "true" }, MARKS[this.kind] || "?"), make("div", { class: "whose" }, make("h2", {}, app.title), people(this)), add, this.menu);
    const can = limits(app.limits);
    this.section.setAttribute("aria-label", app.title);
    this.tabs = tabs(this);
    this.section.replaceChildren(bar, this.tabs, this.screen, this.noticed, this.quick, writing(this), this.keys, can ? make("p", { class: "limits" }, `${word("limits")}: ${can}`) : "");
  }

  draw(shown) {
    const drawn = this.posts ? { lines: wall(shown, this.acts, this.kept), quick: [] } : screen(shown, this.acts, this.kept);
    const unseen = shown.bubbles.filter((one) => !one.mine).length - (seenNews[this.kind]?.[this.chat] ?? 0);
    if (this.tabs) this.tabs.firstElementChild.textContent = this.posts && unseen > 0 ? `${word("chats")} (${unseen})` : word("chats");
    const held = [this.screen, this.quick, this.keys].some((part) => part.contains(document.activeElement));
    this.seen = shown.version;
    if (this.blocked !== shown.blocked) {
      this.blocked = shown.blocked;
      this.menu.replaceChildren(menu(this));
    }
    // Only what differs is touched: an element that is put in anew would lose the keyboard's focus.
    drawn.lines.forEach((one, n) => { if (this.screen.children[n] !== one) this.screen.insertBefore(one, this.screen.children[n] || null); });
    while (this.screen.children.length > drawn.lines.length) this.screen.lastElementChild.remove();
    this.quick.replaceChildren(...(this.invited ? [make("button", { type: "button", onclick: () => this.start() }, word("start"))] : drawn.quick));
    const laid = JSON.stringify([shown.keys, shown.shut]);
    if (this.laid !== laid) {
      this.laid = laid;
      this.keys.replaceChildren(...keyboard(shown, this.acts));
    }
    if (held && document.activeElement === document.body) this.screen.focus({ preventScroll: true });
    const heard = shown.bubbles.filter((one) => !one.mine).length;
    if (heard > this.heard) this.noticed.textContent = "";
    this.heard = heard;
    this.low ||= shown.bubbles.at(-1)?.mine === true;
    this.sink();
    if (!this.posts) this.look(shown);
  }

  show(posts) {
    this.posts = posts;
    this.build();
    watch();
    this.section.querySelector("textarea").focus();
  }

  // Stands until the shop's next line: by then it has come true.
  notice(text) {
    this.noticed.textContent = text;
    this.sink();
  }

  // Whoever reads the last lines goes on seeing the last lines.
  sink() {
    if (this.low) this.screen.scrollTop = this.screen.scrollHeight;
  }

  // Who has the phone open has read it.
  look(shown) {
    seenNews[this.kind] = { ...seenNews[this.kind], [this.chat]: shown.bubbles.filter((one) => !one.mine).length };
    const unread = shown.bubbles.some((one) => !one.mine && one.state !== "read" && one.state !== "failed");
    if (unread && apps.get(this.kind).limits.read_receipts && document.visibilityState === "visible") this.acts.read();
  }

  turnTo(chat) {
    this.chat = chat;
    this.invited = "";
    this.build();
    watch();
  }

  // By a link of the shop's: a phone of its own, with the words to be sent written, or with the button that begins.
  async come({ say, start }) {
    await this.another();
    this.invited = start || "";
    this.section.querySelector("textarea").value = say || "";
    this.notice(word(start ? "comeStart" : "comeSay"));
    if (start) this.quick.replaceChildren(make("button", { type: "button", onclick: () => this.start() }, word("start")));
  }

  start() {
    this.acts.start(this.invited);
    this.invited = "";
    this.quick.replaceChildren();
    this.section.querySelector("textarea").focus();
  }

  // Nothing can be typed meanwhile: it would be sent by one person and shown to the next.
  async another() {
    const field = this.section.querySelector("textarea");
    field.disabled = true;
    try {
      const made = await ask(`/_phones/${this.kind}/another?language=${language}`, {});
      apps.get(this.kind).people.push(made);
      this.turnTo(made.id);
      this.section.querySelector("textarea").focus();
    } catch {
      field.disabled = false;
      failed();
    }
  }
}

// --- all of them ---

const fits = () => Math.max(1, Math.min(MOST, Math.floor(innerWidth / WIDTH)));

const toggle = (kind) => {
  if (open.has(kind)) {
    if (open.size > 1) open.delete(kind);
  } else {
    open.set(kind, new Phone(kind));
  }
  arrange();
};

const arrange = () => {
  while (open.size > fits()) open.delete(open.keys().next().value);
  localStorage.setItem(OPEN, JSON.stringify([...open.keys()]));
  at("phones").replaceChildren(...[...open.values()].map((phone) => phone.section));
  for (const phone of open.values()) phone.sink();
  row();
  watch();
};

const fresh = (kind) => Object.entries(news[kind] || {}).reduce((sum, [chat, lines]) => sum + Math.max(0, lines - (seenNews[kind]?.[chat] ?? 0)), 0);

const row = () => {
  const focused = document.activeElement?.dataset?.app;
  at("apps").setAttribute("aria-label", word("apps"));
  at("apps").replaceChildren(...[...apps.values()].map((app) => {
    const count = fresh(app.kind);
    return make("button", { type: "button", class: "app", "data-kind": app.kind, "data-app": app.kind, "aria-pressed": String(open.has(app.kind)), onclick: () => toggle(app.kind) },
      make("span", { class: "mark", "aria-hidden": "true" }, MARKS[app.kind] || "?"), make("span", {}, app.title),
      count ? make("span", { class: "new", title: word("newLines") }, String(count)) : null);
  }));
  if (focused) at("apps").querySelector(`[data-app="${focused}"]`)?.focus();
  else at("apps").querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
};

// One watcher at a time: whoever begins ends the one before.
let stopWatching = new AbortController();
const watch = async () => {
  const mine = ++round;
  stopWatching.abort();
  stopWatching = new AbortController();
  while (mine === round) {
    const query = new URLSearchParams({ wait: WAIT_S, known: version });
    for (const phone of open.values()) query.append("on", `${phone.kind}/${phone.chat}/${phone.seen}`);
    try {
      const found = await ask(`/_phones/watch?${query}`, undefined, stopWatching.signal);
      if (mine !== round) return;
      for (const phone of open.values()) {
        const shown = found.phones[`${phone.kind}/${phone.chat}`];
        if (shown && shown.version !== phone.seen) phone.draw(shown);
      }
      if (found.version !== version) {
        version = found.version;
        news = found.news;
        row();
      }
    } catch (error) {
      if (mine !== round || error.name === "AbortError") return;
      told(word("away"), true);
      await new Promise((wake) => setTimeout(wake, AGAIN_MS));
      await learn().catch(() => {});
    }
  }
};

const learn = async () => {
  for (const app of await ask("/_phones/apps")) apps.set(app.kind, app);
  standing();
};

const label = () => {
  document.documentElement.lang = language;
  document.title = `${word("title")} · sandbox`;
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = word(one.dataset.word);
  at("language").value = language;
  standing();
};

const begin = async () => {
  await learn();
  const found = await ask("/_phones/watch");
  news = seenNews = found.news;
  version = found.version;
  const asked = new URLSearchParams(location.search).getAll("app");
  const kept = JSON.parse(localStorage.getItem(OPEN) || "[]");
  const wanted = [asked, kept, [...apps.keys()].slice(0, fits())].map((kinds) => kinds.filter((kind) => apps.has(kind))).find((kinds) => kinds.length);
  for (const kind of wanted.slice(0, fits())) open.set(kind, new Phone(kind));
  label();
  arrange();
  const link = Object.fromEntries(new URLSearchParams(location.search));
  if (!link.say && !link.start) return;
  history.replaceState(null, "", `/?app=${wanted[0]}`); // Whoever loads the page again does not come again.
  await open.get(wanted[0]).come(link);
};

at("language").addEventListener("change", (event) => {
  speak(event.target.value);
  label();
  for (const phone of open.values()) phone.build();
  arrange();
});
addEventListener("resize", () => { if (open.size > fits()) arrange(); });
document.addEventListener("click", (event) => {
  for (const box of document.querySelectorAll("details[open]")) if (!box.contains(event.target)) box.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const box of document.querySelectorAll("details[open]")) {
    box.open = false;
    box.querySelector("summary").focus();
  }
});
begin().catch(() => told(word("away"), true));
