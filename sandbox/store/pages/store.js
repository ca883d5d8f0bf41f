// The shop: shelf, product, cart, checkout, confirmation, account. One page each by its own address.
import * as hub from "/shop/files/hub.js";
import { guide } from "/shop/files/demo.js";
import { ask, cart, empty, failed, keep, make, showCount, tell } from "/shop/files/parts.js";
import { currency, language, money, speak, word } from "/shop/files/words.js";

const main = document.getElementById("main");
const shelf = new Map();
let account = null;

const picture = (product) => make("img", { src: `/shop/pictures/${product.id}.svg`, alt: product.name[language], width: "400", height: "480" });
const price = (product) => product.price[currency];
const button = (label, act, second) => make("button", { type: "button", class: second ? "button second" : "button", act }, label);
const link = (href, label, second) => make("a", { href, class: second ? "button second" : "button" }, label);
const lineOf = (line) => {
  const product = shelf.get(line.product);
  return {
    product_id: product.id, name: product.name[language], variant: line.size, quantity: line.quantity, price: price(product), currency,
    url: `${location.origin}/shop/p/${product.id}`, image_url: `${location.origin}/shop/pictures/${product.id}.svg`,
  };
};
const cartFacts = (held) => ({ cart_id: held.id, currency, cart_url: `${location.origin}/shop/cart`, checkout_url: `${location.origin}/shop/checkout` });
const total = (held) => held.lines.reduce((sum, line) => sum + price(shelf.get(line.product)) * line.quantity, 0);

export const put = (product, size) => {
  const held = cart();
  const there = held.lines.find((line) => line.product === product.id && line.size === size);
  if (there) there.quantity += 1;
  else held.lines.push({ product: product.id, size, quantity: 1 });
  keep(held);
  hub.track("Product Added", { ...cartFacts(held), ...lineOf({ product: product.id, size, quantity: 1 }) });
  tell(word("added"));
};

const front = () => {
  const items = [...shelf.values()].map((product) => make("li", {}, make("a", { href: `/shop/p/${product.id}` }, picture(product),
    make("strong", {}, product.name[language]), make("span", { class: "price" }, money(price(product))))));
  return [make("h1", {}, word("title")), make("p", { class: "lead" }, word("lead")), make("ul", { class: "shelf" }, ...items)];
};

const sizes = (product) => {
  const free = product.sizes.find((size) => !product.sold_out.includes(size));
  const one = (size) => {
    const out = product.sold_out.includes(size);
    return make("label", {}, make("input", { type: "radio", name: "size", value: size, checked: size === free, disabled: out }),
      make("span", {}, out ? `${size} (${word("out")})` : size));
  };
  return product.sizes.length ? make("fieldset", { class: "sizes" }, make("legend", {}, word("size")), ...product.sizes.map(one)) : null;
};

const shown = (id) => {
  const product = shelf.get(id);
  if (!product) return [make("h1", {}, word("gone")), link("/shop/", word("look"))];
  hub.track("Product Viewed", lineOf({ product: id, size: "", quantity: 1 }));
  const chosen = () => document.querySelector("input[name=size]:checked")?.value || "";
  const about = make("div", {}, make("h1", {}, product.name[language]), make("div", { class: "price" }, money(price(product))),
    make("p", {}, product.text[language]), sizes(product),
    make("div", { class: "row" }, button(word("add"), () => put(product, chosen())),
      button(word("ask"), () => hub.say(`${word("askText")} ${product.name[language]}`), true)),
    make("ul", { class: "points" }, ...word("points").map((point) => make("li", {}, point))));
  return [make("div", { class: "product" }, make("div", { class: "picture" }, picture(product)), about)];
};

const basket = () => {
  const held = cart();
  held.lines = held.lines.filter((line) => shelf.has(line.product));
  if (!held.lines.length) return [make("h1", {}, word("cart")), make("p", { class: "lead" }, word("empty")), link("/shop/", word("look"))];
  const change = (line, quantity) => {
    if (quantity > line.quantity) hub.track("Product Added", { ...cartFacts(held), ...lineOf({ ...line, quantity: quantity - line.quantity }) });
    else hub.track("Product Removed", { ...cartFacts(held), ...lineOf({ ...line, quantity: line.quantity - quantity }) });
    line.quantity = quantity;
    held.lines = held.lines.filter((one) => one.quantity > 0);
    keep(held);
    draw();
  };
  const rows = held.lines.map((line) => {
    const product = shelf.get(line.product);
    const name = line.size ? `${product.name[language]}, ${line.size}` : product.name[language];
    const many = make("select", { "aria-label": `${word("quantity")}: ${name}`, act: (event) => change(line, Number(event.target.value)) },
      ...Array.from({ length: Math.max(9, line.quantity) }, (_, n) => make("option", { value: n + 1, selected: n + 1 === line.quantity }, String(n + 1))));
    return make("li", {}, make("a", { href: `/shop/p/${product.id}` }, picture(product)),
      make("div", {}, make("strong", {}, name), make("div", { class: "price" }, money(price(product))),
        make("button", { type: "button", class: "take", "aria-label": `${word("remove")}: ${name}`, act: () => change(line, 0) }, word("remove"))), many);
  });
  const sum = make("div", { class: "sum" }, make("span", {}, word("total")), make("span", {}, money(total(held))));
  return [make("div", { class: "narrow" }, make("h1", {}, word("cart")), make("ul", { class: "cart" }, ...rows), sum,
    make("div", { class: "row" }, link("/shop/checkout", word("checkout")), link("/shop/", word("more"), true)))];
};

const field = (name, value, more = {}) => make("label", { class: "field" }, make("span", {}, word(name)), make("input", { name, value: value || "", ...more }));

const till = () => {
  const held = cart();
  if (!held.lines.length) return basket();
  hub.track("Checkout Started", { ...cartFacts(held), total: total(held), value: total(held), products: held.lines.map(lineOf) });
  const wrong = make("p", { class: "wrong", role: "alert" });
  const pay = make("button", { class: "button" }, `${word("place")} · ${money(total(held))}`);
  const place = async (event) => {
    event.preventDefault();
    const told = Object.fromEntries(new FormData(event.target));
    pay.disabled = true;
    pay.textContent = word("placing");
    try {
      const order = await ask("/shop/api/orders", { key: held.id, cart: held.id, language, name: told.name, phone: told.phone, email: told.email,
        address: told.address, lines: held.lines });
      await hub.track("Order Completed", { ...cartFacts(held), order_id: order.number, total: total(held), products: held.lines.map(lineOf) });
      empty();
      location.assign(`/shop/done/${order.number}?key=${encodeURIComponent(held.id)}`);
    } catch (error) {
      console.warn(error);
      wrong.textContent = word("failed");
      pay.disabled = false;
      pay.textContent = word("place");
    }
  };
  const form = make("form", { act: place }, field("name", account?.name, { required: true, maxlength: "100", autocomplete: "name" }),
    field("phone", account?.phone, { required: true, type: "tel", pattern: "[0-9+\\(\\) .\\-]{8,20}", autocomplete: "tel" }),
    field("email", account?.email, { type: "email", autocomplete: "email" }),
    field("address", account?.address, { required: true, maxlength: "300", autocomplete: "street-address" }),
    make("p", { class: "note" }, word("test")), wrong, pay);
  return [make("div", { class: "narrow" }, make("h1", {}, word("checkout")), make("div", { class: "panel" }, form))];
};

const done = async (number) => {
  const key = new URLSearchParams(location.search).get("key") || "";
  const order = await ask(`/shop/api/orders/${encodeURIComponent(number)}?key=${encodeURIComponent(key)}`);
  const rows = order.lines.map((line) => make("li", {}, make("span", {}, `${line.quantity} × ${line.title}${line.size ? `, ${line.size}` : ""}`),
    make("span", { class: "price" }, money(line.price * line.quantity, order.currency))));
  return [make("div", { class: "narrow" }, make("h1", {}, word("done")), make("p", { class: "lead" }, word("doneLead")),
    make("div", { class: "panel" }, make("h2", {}, `${word("number")} #${order.number}`), make("ul", { class: "orders" }, ...rows),
      make("div", { class: "sum" }, make("span", {}, word("total")), make("span", {}, money(order.total, order.currency)))),
    make("div", { class: "row" }, button(word("where"), () => hub.say(word("whereText"))), link("/shop/", word("more"), true)))];
};

const person = async () => {
  const told = await ask("/shop/api/account");
  if (told.account) {
    const rows = told.orders.map((order) => make("li", {}, make("span", {}, `#${order.number}`), make("span", { class: "price" }, word("status")[order.status] || order.status)));
    const leave = async () => {
      await ask("/shop/api/account", undefined, "DELETE");
      await hub.logout();
      location.reload();
    };
    return [make("div", { class: "narrow" }, make("h1", {}, told.account.name), make("p", { class: "lead" }, `${word("signedIn")}. ${told.account.email}`),
      make("div", { class: "panel" }, make("h2", {}, word("orders")), rows.length ? make("ul", { class: "orders" }, ...rows) : make("p", { class: "note" }, word("none"))),
      make("div", { class: "row" }, button(word("where"), () => hub.say(word("whereText"))), button(word("out_"), () => leave().catch(failed), true)))];
  }
  const enter = async (id) => {
    const mine = await ask("/shop/api/account", { account: id });
    await hub.login(mine.token);
    location.reload();
  };
  const rows = told.accounts.map((one) => make("li", {}, make("button", { type: "button", act: () => enter(one.id).catch(failed) },
    make("strong", {}, one.name), make("span", { class: "note" }, one.email))));
  return [make("div", { class: "narrow" }, make("h1", {}, word("pick")), make("p", { class: "lead" }, word("pickLead")), make("ul", { class: "accounts" }, ...rows))];
};

const draw = async () => {
  const [, , kind = "", id = ""] = location.pathname.split("/");
  const pages = { "": front, p: () => shown(id), cart: basket, checkout: till, done: () => done(id), account: person };
  try {
    main.replaceChildren(...(await pages[kind]()));
  } catch (error) {
    console.warn(error);
    main.replaceChildren(make("h1", {}, word("failed")), link("/shop/", word("look")));
  }
  const heading = main.querySelector("h1");
  document.title = heading ? `${heading.textContent} · ${word("shop")}` : word("shop");
};

const frame = () => {
  document.documentElement.lang = language;
  for (const piece of document.querySelectorAll("[data-word]")) piece.textContent = word(piece.dataset.word);
  document.getElementById("brand").textContent = word("shop");
  document.getElementById("foot").textContent = word("foot");
  document.getElementById("who").textContent = account ? account.name : word("account");
  const chosen = document.getElementById("language");
  chosen.value = language;
  chosen.addEventListener("change", () => speak(chosen.value));
  showCount();
};

const start = async () => {
  const [goods, mine] = await Promise.all([ask("/shop/api/catalog"), ask("/shop/api/account")]);
  for (const product of goods.products) shelf.set(product.id, { sold_out: [], ...product });
  account = mine.account || null;
  frame();
  await draw();
  if (mine.token) await hub.login(mine.token);
  guide({ account, fill: () => put(shelf.get("dress"), "M") });
};
start().catch(failed);
