// The shop's post and what stands under it, as one customer sees it: others' hidden comments are not there, the own ones look like any other.
import { make } from "/phones_draw.js";
import { hour, word } from "/phones_words.js";

const comment = (one, shown, acts, chat) => {
  const shop = one.author === shown.own_id;
  const mine = one.author === chat;
  const remove = mine ? make("button", { type: "button", class: "remove", onclick: () => acts.uncomment(one) }, word("remove")) : null;
  return make("div", { class: `comment${one.parent ? " reply" : ""}${one.hidden ? " hidden-one" : ""}`, "data-comment": one.id },
    make("strong", {}, shop ? word("by") : one.name),
    make("span", { class: "text" }, one.text),
    make("small", {}, [hour(one.at), one.liked ? `♥ ${word("liked")}` : "", one.hidden ? `⊘ ${word("hidden")}` : ""].filter(Boolean).join(" · ")),
    remove);
};

// Answers stand under what they answer.
const ordered = (comments) => comments.filter((one) => !one.parent).flatMap((one) => [one, ...comments.filter((other) => other.parent === one.id)]);

// `kept`: what was drawn before, so that what did not change stays the same element.
export const wall = (shown, acts, kept) => shown.posts.flatMap((post) => {
  const once = (key, as, draw) => {
    const had = kept.get(key);
    if (had?.as !== as) kept.set(key, { as, node: draw() });
    return kept.get(key).node;
  };
  const head = once(`post ${post.id}`, post.text, () => make("article", { class: "post" }, make("img", { src: post.picture, alt: "" }), make("p", {}, post.text)));
  return [head, ...ordered(post.comments).map((one) => once(one.id, JSON.stringify(one), () => comment(one, post, acts, acts.chat())))];
});
