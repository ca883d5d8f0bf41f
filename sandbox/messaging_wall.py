"""The shop's posts at Meta, what stands under them, and Graph's calls about that.

https://developers.facebook.com/docs/graph-api/reference/comment, https://developers.facebook.com/docs/instagram-platform/comment-moderation
"""

import time

import msgspec
from aiohttp import web

from sandbox.desk import Asked, Desk, json_answer
from sandbox.drawn import cloth
from sandbox.messaging_told import Teller
from sandbox.messaging_world import refused
from sandbox.shown import Comment, Json, PostShown, Received

ASKED = (("POST", "{comment}/{edge:comments|replies|likes}"), ("DELETE", "{comment}/{edge:likes}"), ("POST", "{comment}"))
"""What Graph is asked about comments: method and path."""

POST = "1001"
_SELLING = {
    "vi": "Áo dài linen về hàng 🌿 Đủ size S–XL. Bình luận “ib giá” để shop nhắn riêng, hoặc “+1” để giữ áo nhé",
    "en": "Linen áo dài are back, sizes S to XL. Comment “price” and we write to you, or “+1” to keep one",
    "zh-TW": "亞麻長衫到貨，S–XL 都有。留言「價」我們私訊您，或「+1」幫您保留",
}


class Wall:
    """All posts and comments of one Page or account."""

    def __init__(self, desk: Desk, teller: Teller) -> None:
        self._desk = desk
        self._teller = teller

    @property
    def comments(self) -> dict[str, Comment]:
        """By id, the shop's own too."""
        return {comment.id: comment for phone in self._desk.phones.values() for comment in phone.comments}

    def write(self, chat: str, text: str, *, post: str = POST, parent: str = "") -> Comment:
        """A customer comments under a post."""
        phone = self._desk.phone(chat)
        made = self._made(post, chat, phone.name, text, parent=parent)
        phone.comments.append(made)
        self._told(made)
        return made

    def take_back(self, chat: str, comment_id: str) -> None:
        """A customer deletes one of their own."""
        phone = self._desk.phone(chat)
        for comment in [one for one in phone.comments if one.id == comment_id and one.author == chat]:
            phone.comments = [one for one in phone.comments if comment.id not in {one.id, one.parent}]
            self._told(comment, "remove")

    def reword(self, chat: str, comment_id: str, text: str) -> None:
        """A customer changes one of their own."""
        for comment in [one for one in self._desk.phone(chat).comments if one.id == comment_id and one.author == chat]:
            comment.text = text
            self._told(comment, "edited")

    def again(self, comment: Comment) -> None:
        """Meta brings the webhook of a comment once more."""
        self._told(comment)

    def post_told(self, id: str) -> Json | None:  # noqa: A002 - Graph's word
        """What Graph tells of a post; None for what is none."""
        own = id.removeprefix(f"{self._teller.own_id}_")
        if own not in {POST, *(comment.post for comment in self.comments.values())}:
            return None
        text, picture = self._text(""), self._picture()
        if self._teller.kind == "instagram":
            return {"id": id, "caption": text, "permalink": f"https://www.instagram.com/p/{own}/", "media_url": picture}
        return {"id": id, "message": text, "permalink_url": f"https://www.facebook.com/{id}", "full_picture": picture}

    def shown(self, chat: str) -> list[PostShown]:
        """What the customer sees there."""
        seen = [one for one in self.comments.values() if one.post == POST and (not one.hidden or one.author == chat)]
        ids = {one.id for one in seen}
        shown = [one for one in seen if one.author != self._teller.own_id or not one.parent or one.parent in ids]
        language = self._desk.phone(chat).language
        return [PostShown(id=POST, text=self._text(language), picture=self._picture(), comments=shown, own_id=self._teller.own_id)]

    async def asked(self, request: web.Request) -> web.StreamResponse:
        """Something is done to a comment."""
        told = await _json(request)
        id_, edge = request.match_info["comment"], request.match_info.get("edge", "")
        comment, deletes = self.comments.get(id_), request.method == "DELETE"
        asked = Asked(method=f"comment/{edge}{'/delete' if deletes else ''}", to=id_, text=str(told.get("message", "")), params=told)

        def accept(entry: Received) -> web.Response:
            if comment is None:
                return refused("100/33 Unsupported post request. Object with ID does not exist")
            if edge in {"comments", "replies"}:
                entry.external_id = self._answered(comment, asked.text).id
                return json_answer({"id": entry.external_id})
            comment.liked = (comment.liked or edge == "likes") and not deletes
            comment.hidden = told.get("is_hidden", told.get("hide", comment.hidden)) is True
            self._desk.wake()
            return json_answer({"success": True})

        return await self._desk.serve(request, asked, accept)

    def _answered(self, comment: Comment, text: str) -> Comment:
        """The shop's own comment; Meta tells of that too."""
        made = self._made(comment.post, self._teller.own_id, "Shop", text, parent=comment.id)
        self._desk.phone(comment.author).comments.append(made)
        self._told(made, to=comment.author)
        return made

    def _made(self, post: str, author: str, name: str, text: str, *, parent: str) -> Comment:
        at = int(time.time() * 1000)
        return Comment(id=self._desk.new_id(f"{post}_"), post=post, author=author, name=name, text=text, parent=parent, at=at)

    def _told(self, comment: Comment, verb: str = "add", *, to: str = "") -> None:
        webhook = self._teller.commented(comment, verb)
        if webhook is not None:
            self._desk.bringing.bring(to or comment.author, webhook)
        self._desk.wake()

    def _text(self, language: str) -> str:
        return _SELLING.get(language, _SELLING["vi"])

    def _picture(self) -> str:
        if "post" not in self._desk.media:
            self._desk.media["post"] = (cloth(), "image/png")
        return f"{self._desk.base_url}/_sandbox/media/post"


async def _json(request: web.Request) -> Json:
    """The body as JSON; empty where it is none."""
    try:
        told = msgspec.json.decode(await request.read() or b"{}")
    except msgspec.DecodeError:
        return {}
    return told if isinstance(told, dict) else {}
