// The shop's side of the widget: it is pasted as any shop would paste it, and told who is signed in and what is done.
import { language } from "/shop/files/words.js";

const loaded = new Promise((ready) => {
  const script = document.createElement("script");
  script.src = "/widget.js";
  script.async = true;
  script.dataset.language = language;
  script.addEventListener("load", () => ready(window.omnihub));
  script.addEventListener("error", () => ready(undefined));
  document.head.append(script);
});

const call = async (name, ...given) => {
  const hub = await loaded;
  return typeof hub?.[name] === "function" ? hub[name](...given) : undefined;
};

export const track = (name, properties) => call("track", name, properties).catch((error) => console.info("not tracked", error.message));
export const login = (token) => call("identify", token);
export const logout = () => call("logout");
export const open = () => call("open");
export const say = (text) => call("say", text);
// Only the demo's bar asks for this: whose reminders it shows.
export const session = () => {
  try {
    return JSON.parse(localStorage.getItem("omnihub.chat"))?.session || "";
  } catch { return ""; }
};
