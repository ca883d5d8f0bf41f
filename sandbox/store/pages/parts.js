// Small pieces all pages use: elements, requests, the cart, a line of news.
import { word } from "/shop/files/words.js";

export const make = (tag, given = {}, ...inside) => {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key === "act") made.addEventListener(tag === "form" ? "submit" : tag === "select" || tag === "input" ? "change" : "click", value);
    else if (key === "class") made.className = value;
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...inside.filter((piece) => piece !== undefined && piece !== null));
  return made;
};

export const ask = async (path, body, method = body ? "POST" : "GET") => {
  const init = body ? { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : { method };
  const answer = await fetch(path, init);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
  return answer.json();
};

let quiet;
export const tell = (text) => {
  const news = document.getElementById("news");
  news.textContent = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => { news.textContent = ""; }, 4000);
};
export const failed = (error) => { console.warn(error); tell(word("failed")); };

const KEY = "shop.cart";
const fresh = () => ({ id: `cart-${crypto.randomUUID ? crypto.randomUUID() : Date.now()}`, lines: [] });
export const cart = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return kept && Array.isArray(kept.lines) ? kept : fresh();
  } catch { return fresh(); }
};
export const keep = (changed) => {
  localStorage.setItem(KEY, JSON.stringify(changed));
  showCount();
};
export const empty = () => { localStorage.removeItem(KEY); showCount(); };
export const showCount = () => {
  const pieces = cart().lines.reduce((sum, line) => sum + line.quantity, 0);
  document.getElementById("count").textContent = pieces ? String(pieces) : "";
};
