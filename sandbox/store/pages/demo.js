// What is not the shop's but the demo's: its clock, five things to try, and what became of a reminder.
import * as hub from "/shop/files/hub.js";
import { ask, failed, make } from "/shop/files/parts.js";
import { day, language, time, word } from "/shop/files/words.js";

const PACES = [1, 60, 600];
const HIDDEN = "shop.guide";
const state = { now: 0, pace: 1, zone: "UTC", at: 0 };
const clock = make("span", { class: "clock" });
const told = make("ul", { class: "told", hidden: true });
const paces = PACES.map((pace) => make("button", { type: "button", act: () => turn({ pace }) }, `×${pace}`));

const set = (shown) => {
  Object.assign(state, shown, { at: performance.now() });
  PACES.forEach((pace, n) => paces[n].setAttribute("aria-pressed", String(pace === state.pace)));
  tick();
};
const now = () => state.now + (performance.now() - state.at) * state.pace;
const tick = () => {
  if (state.at) clock.textContent = `${word("clock")} ${day(now(), state.zone)} ${time(now(), state.zone)}, ×${state.pace}`;
};
const turn = (asked) => ask("/shop/clock", asked).then(set).then(look).catch(failed);

// What an instant adds to an outcome: when it was, or until when it lasts.
const WHEN = new Set(["sent", "waiting", "deferred", "watched"]);
const line = (one) => {
  const other = day(one.at, state.zone) === day(now(), state.zone) ? "" : `, ${day(one.at, state.zone)}`;
  const at = WHEN.has(one.outcome) && one.at ? ` ${time(one.at, state.zone)}${other}` : "";
  const why = one.words[language] || (one.outcome === "ended" ? word("ends")[one.reason] : "") || one.reason;
  return make("li", {}, make("b", {}, `${word("reminder")} ${word("outcome")[one.outcome] || one.outcome}${at}`), why ? make("span", {}, why) : null);
};
const look = async () => {
  const found = await ask("/shop/api/reminders", { session: hub.session() });
  set(found.clock);
  told.replaceChildren(...found.reminders.map(line));
  told.hidden = !found.reminders.length;
};

const go = (href, label) => make("a", { class: "go", href, target: "_blank", rel: "noopener" }, label);
const act = (label, what) => make("button", { type: "button", act: () => Promise.resolve(what()).catch(failed) }, label);

const steps = ({ links, sign_ins: people }, { account, fill }) => {
  const signIns = people.length ? make("dl", {}, ...people.flatMap((one) => [make("dt", {}, one.login), make("dd", {}, one.password)])) : null;
  const doing = [
    [act(word("openChat"), hub.open), act(word("q1"), () => hub.say(word("q1"))), go(links.phones, word("phones"))],
    [act(word("askPerson"), () => hub.say(word("q2"))), go(links.console, word("console")), signIns],
    [act(word("fill"), fill), act(word("half"), () => turn({ minutes: 30 }))],
    [act(word("openChat"), hub.open), make("a", { class: "go", href: "/shop/checkout" }, word("checkout"))],
    [account ? act(word("openChat"), hub.open) : make("a", { class: "go", href: "/shop/account" }, word("signIn")), go(links.phone, word("toTelegram"))],
  ];
  return make("ol", { class: "try" }, ...word("steps").map(([title, text], n) =>
    make("li", {}, make("div", {}, make("strong", {}, title), make("p", {}, text)), make("div", { class: "do" }, ...doing[n].filter(Boolean)))));
};

export const guide = async (shop) => {
  const box = document.getElementById("demo");
  const facts = await ask("/shop/api/guide");
  const list = steps(facts, shop);
  const fold = make("button", { type: "button", "aria-expanded": "true" }, word("hide"));
  const show = (open) => {
    list.hidden = !open;
    fold.setAttribute("aria-expanded", String(open));
    fold.textContent = word(open ? "hide" : "guide");
  };
  fold.addEventListener("click", () => {
    show(list.hidden);
    localStorage.setItem(HIDDEN, list.hidden ? "1" : "");
  });
  const bar = make("div", { class: "bar" }, clock, make("div", { class: "paces", role: "group", "aria-label": word("clock") },
    make("button", { type: "button", act: () => turn({ minutes: 30 }) }, word("half")), ...paces), make("span", { class: "what" }, word("clockFor")), fold);
  box.setAttribute("aria-label", `${word("clock")}, ${word("guide")}`);
  box.lang = language;
  box.replaceChildren(make("div", { class: "inner" }, bar, told, list));
  const front = location.pathname === "/shop/";
  show(front && !localStorage.getItem(HIDDEN));
  await look();
  setInterval(tick, 250);
  setInterval(() => { if (!document.hidden) look().catch(() => {}); }, 2500);
};
