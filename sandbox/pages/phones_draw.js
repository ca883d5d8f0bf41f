// How a screen is drawn: bubbles, what can be pressed, media. Nothing here asks the server; `acts` does.
import { hour, word } from "/phones_words.js";

const EMOJI = ["👍", "❤️", "😂", "😮"];
const TICKS = { sent: "✓", delivered: "✓✓", read: "✓✓", failed: "✗" };
const SAFE = /^https?:/;

// A made element: attributes, listeners by "on…", children that are not null.
export const make = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
};

const button = (label, act, attributes = {}) => make("button", { type: "button", onclick: act, ...attributes }, label);

const MEDIA = {
  image: (piece) => make("img", { src: piece.url, alt: piece.name || word("attached"), loading: "lazy" }),
  video: (piece) => make("video", { src: piece.url, controls: true, preload: "metadata" }),
  audio: (piece) => make("audio", { src: piece.url, controls: true, preload: "metadata" }),
  location: (piece) => make("span", { class: "piece" }, `📍 ${piece.name || word("location")} ${piece.latitude ?? ""}, ${piece.longitude ?? ""}`),
  contact: (piece) => make("span", { class: "piece" }, `👤 ${piece.name || word("contact")} ${(piece.url || "").replace("tel:", "")}`),
};
const LIKE = { voice: "audio", sticker: "image", photo: "image" };

const media = (piece) => {
  const draw = MEDIA[LIKE[piece.kind] || piece.kind];
  if (draw && (!piece.url || SAFE.test(piece.url) || piece.kind === "contact")) return draw(piece);
  const name = `📎 ${piece.name || word("attached")}`;
  return SAFE.test(piece.url || "") ? make("a", { class: "piece", href: piece.url, target: "_blank", rel: "noopener" }, name) : make("span", { class: "piece" }, name);
};

const offer = (one, bubble, acts) => {
  if (one.kind === "url" && SAFE.test(one.value || "")) {
    return make("a", { class: "offer", href: one.value, target: "_blank", rel: "noopener" }, `${one.title} ↗`);
  }
  if (one.kind === "call") return make("a", { class: "offer", href: `tel:${one.value || one.id || ""}` }, `☎ ${one.title}`);
  if (one.kind === "location") return button(`📍 ${one.title || word("place")}`, () => acts.place(), { class: "offer" });
  return button(one.title, () => acts.press(bubble, one), { class: "offer" });
};

// A list that opens: its rows in a dialog over the page, made when it is asked for, so that no redrawing closes it.
const openList = (bubble, rows, acts) => {
  const choose = (row) => {
    sheet.close();
    acts.press(bubble, row);
  };
  const sections = [...new Set(rows.map((row) => row.group || ""))].map((group) =>
    make("section", {}, group ? make("h3", {}, group) : null, ...rows.filter((row) => (row.group || "") === group).map((row) =>
      button(row.title, () => choose(row), row.description ? { "data-small": row.description, class: "row", "aria-description": row.description } : { class: "row" }))));
  const sheet = make("dialog", { class: "sheet", "data-kind": acts.kind, "aria-label": bubble.label || word("pick"), onclose: () => sheet.remove() },
    make("h2", {}, bubble.label || word("pick")), ...sections, button("✕", () => sheet.close(), { class: "shut", "aria-label": word("close") }));
  document.body.append(sheet);
  sheet.showModal();
};
const list = (bubble, rows, acts) => button(`☰ ${bubble.label || word("pick")}`, () => openList(bubble, rows, acts), { class: "offer", "aria-haspopup": "dialog" });

// What stands under a bubble: cards side by side, a list, buttons.
const under = (bubble, acts) => {
  const offers = bubble.offers || [];
  const rows = offers.filter((one) => one.kind === "row");
  const plain = offers.filter((one) => one.kind !== "row" && one.kind !== "quick");
  const groups = [...new Set(plain.map((one) => one.group || "").filter(Boolean))];
  const cards = groups.map((group) => make("div", { class: "card" }, make("strong", {}, group), ...plain.filter((one) => one.group === group).map((one) => offer(one, bubble, acts))));
  const loose = plain.filter((one) => !one.group).map((one) => offer(one, bubble, acts));
  return [
    cards.length ? make("div", { class: "cards", tabindex: "0", role: "group" }, ...cards) : null,
    loose.length || rows.length ? make("div", { class: "offers" }, ...loose, rows.length ? list(bubble, rows, acts) : null) : null,
  ];
};

const reactions = (bubble, acts) => {
  if (!acts.does.includes("react")) return null;
  if (bubble.reaction) return button(bubble.reaction, () => acts.react(bubble, ""), { class: "reaction", "aria-label": `${bubble.reaction} ${word("unreact")}` });
  const menu = make("details", { class: "reacting" }, make("summary", { "aria-label": word("react"), title: word("react") }, "☺"),
    make("div", { class: "faces" }, ...EMOJI.map((face) => button(face, () => acts.react(bubble, face), { "aria-label": face }))));
  return menu;
};

const quoted = (bubble, all) => {
  const said = bubble.reply_to && all.find((one) => one.external_id === bubble.reply_to);
  return said ? make("blockquote", {}, said.text || word("attached")) : null;
};

const facts = (bubble, acts) => {
  const state = bubble.mine ? "" : `${TICKS[bubble.state] || ""} ${word("state")[bubble.state] || ""}`;
  const told = [hour(bubble.at), bubble.edited ? word("edited") : "", bubble.template ? `${word("template")} ${bubble.template}` : "", state].filter((one) => one.trim());
  const back = bubble.mine && bubble.external_id && acts.kind !== "telegram" ? button(word("unsend"), () => acts.unsend(bubble), { class: "back" }) : null;
  return make("div", { class: "facts" }, back, make("small", { "data-state": bubble.mine ? "" : bubble.state }, told.join(" · ")), bubble.mine ? null : reactions(bubble, acts));
};

const line = (bubble, all, acts) => {
  const gone = bubble.state === "deleted";
  const words = make("div", { class: "words" },
    bubble.header ? make("strong", { class: "head" }, bubble.header) : null,
    quoted(bubble, all),
    ...(bubble.media || []).map(media),
    gone ? make("em", {}, word("deleted")) : make("span", { class: "text" }, bubble.text),
    bubble.footer ? make("small", { class: "foot" }, bubble.footer) : null);
  return make("div", { class: bubble.mine ? "line mine" : "line", "data-n": bubble.n }, words, ...(gone ? [] : under(bubble, acts)), gone ? null : facts(bubble, acts));
};

// The keys below the text field, in the rows the bot laid them; put away after a press where they are for once, and had again by ⌨.
export const keyboard = (shown, acts) => {
  if (!shown.keys?.length) return [];
  const key = (one) => (one.kind === "url" ? offer(one, null, acts) : button(one.title, () => acts.press({ n: 0 }, one)));
  const rows = make("div", { class: "rows", role: "group", "aria-label": word("keys"), hidden: shown.shut }, ...shown.keys.map((row) => make("div", { class: "keyrow" }, ...row.map(key))));
  const turn = () => {
    rows.hidden = !rows.hidden;
    opener.setAttribute("aria-expanded", String(!rows.hidden));
  };
  const opener = button("⌨", turn, { class: "opener", "aria-expanded": String(!shown.shut), "aria-label": word("keys"), title: word("keys") });
  return [opener, rows];
};

// The whole screen: lines, the typing mark, and the answers that vanish once something else is said. `kept`: what was drawn before, by
// number, so that a line that did not change stays the same element.
export const screen = (shown, acts, kept) => {
  const lines = shown.bubbles.map((bubble) => {
    const { state, reaction, ...rest } = bubble;
    const [as, how] = [JSON.stringify([rest, state === "deleted"]), JSON.stringify([state, reaction])];
    const had = kept.get(bubble.n);
    if (had?.as !== as) {
      kept.set(bubble.n, { as, how, node: line(bubble, shown.bubbles, acts) });
    } else if (had.how !== how) {
      // What is pressed just now stays what it is when a receipt comes.
      had.how = how;
      had.node.querySelector(":scope > .facts")?.replaceWith(facts(bubble, acts));
    }
    return kept.get(bubble.n).node;
  });
  if (!lines.length) lines.push(make("div", { class: "empty" }, make("p", {}, word("empty")), button(word("hello"), () => acts.say(word("hello")), { class: "offer" })));
  if (shown.typing) lines.push(make("div", { class: "typing" }, word("typing")));
  if (shown.blocked) lines.push(make("p", { class: "gone" }, word("blocked")));
  const last = shown.bubbles.at(-1);
  const quick = last && !last.mine ? last.offers.filter((one) => one.kind === "quick") : [];
  return { lines, quick: quick.map((one) => button(one.title, () => acts.press(last, one))) };
};
