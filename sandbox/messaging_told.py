"""Meta's webhooks, signed, for Messenger and Instagram.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events,
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks
"""

import hashlib
import hmac
import time

import msgspec

from hub.model.base import Value
from sandbox.shown import Act, Bubble, Came, Comment, Followed, Json, Media, Offer, Phone, Pressed, Reacted, TookBack, Webhook, Wrote

_INBOX = 263902037430900
"""Meta's own app: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing"""

_TYPES = {"image": "image", "video": "video", "audio": "audio", "voice": "audio", "sticker": "sticker"}


class Teller(Value, frozen=True):
    """Words the webhooks of one Page or account."""

    kind: str
    own_id: str
    app_id: str
    secret: str

    def webhooks(self, act: Act) -> list[Webhook]:
        """What Meta tells of an act; nothing where it tells nothing."""
        match act:
            case Wrote(phone=phone, bubble=bubble):
                return [self._event(phone.id, {"message": _message(bubble)}, bubble.at)]
            case Pressed(phone=phone, offer=offer):
                return self._pressed(phone, offer)
            case Came(phone=phone, bubble=bubble, state=state):
                return self._came(phone, bubble, state)
            case Reacted(phone=phone, bubble=bubble, emoji=emoji):
                told: Json = {"mid": bubble.external_id, "action": "react" if emoji else "unreact"}
                return [self._event(phone.id, {"reaction": told | ({"emoji": emoji, "reaction": "other"} if emoji else {})})]
            case TookBack(phone=phone, bubble=bubble) if self.kind == "instagram":
                return [self._event(phone.id, {"message": {"mid": bubble.external_id, "is_deleted": True}})]
            case Followed(phone=phone, ref=ref):
                return [self._event(phone.id, self._began(phone, ref))]
        return []

    def echoed(self, to: str, mid: str, told: Json) -> Webhook:
        """What went out from the account, whoever sent it."""
        sent = told.get("message")
        message: Json = sent if isinstance(sent, dict) else {}
        body: Json = {"mid": mid, "is_echo": True, "app_id": int(self.app_id)}
        body |= {key: message[key] for key in ("text", "metadata") if key in message}
        return self._event(to, {"message": body}, echo=True)

    def answered_by_hand(self, to: str, mid: str, text: str) -> Webhook:
        """What went out from Meta's own inbox."""
        return self._event(to, {"message": {"mid": mid, "is_echo": True, "app_id": _INBOX, "text": text}}, echo=True)

    def commented(self, comment: Comment, verb: str = "add") -> Webhook | None:
        """A new comment, the account's own too; Facebook tells what is taken back and hidden as well, Instagram does not."""
        now = int(time.time())
        if self.kind == "instagram":
            parent: Json = {"parent_id": comment.parent} if comment.parent else {}
            author: Json = {"id": comment.author, "username": comment.name}
            value: Json = {"id": comment.id, "from": author, "text": comment.text, "media": {"id": comment.post}, **parent}
            told = self._signed({"id": self.own_id, "time": now, "changes": [{"field": "comments", "value": value}]})
            return told if verb == "add" else None
        post = f"{self.own_id}_{comment.post}"
        value = {
            "item": "comment", "verb": verb, "from": {"id": comment.author, "name": comment.name}, "post_id": post,
            "comment_id": comment.id, "parent_id": comment.parent or post, "created_time": now, "message": comment.text,
        }  # fmt: skip
        return self._signed({"id": self.own_id, "time": now, "changes": [{"field": "feed", "value": value}]})

    def _pressed(self, phone: Phone, offer: Offer) -> list[Webhook]:
        mid = f"m_press{time.time_ns()}"
        if offer.kind == "quick":
            return [self._event(phone.id, {"message": {"mid": mid, "text": offer.title, "quick_reply": {"payload": offer.id}}})]
        if offer.kind == "reply":
            return [self._event(phone.id, {"postback": {"mid": mid, "title": offer.title, "payload": offer.id}})]
        return []

    def _came(self, phone: Phone, bubble: Bubble, state: str) -> list[Webhook]:
        """Messenger tells both by a moment, Instagram what was seen by its id."""
        now = int(time.time() * 1000)
        if self.kind == "instagram":
            return [self._event(phone.id, {"read": {"mid": bubble.external_id}})] if state == "read" else []
        if state == "delivered":
            return [self._event(phone.id, {"delivery": {"mids": [bubble.external_id], "watermark": now}})]
        return [self._event(phone.id, {"read": {"watermark": now}})] if state == "read" else []

    def _began(self, phone: Phone, ref: str) -> Json:
        referral: Json = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        if phone.bubbles:
            return {"referral": referral}
        start: Json = {"mid": f"m_start{time.time_ns()}", "title": "Get started", "payload": "get_started"}
        return {"postback": start | ({"referral": referral} if ref else {})}

    def _event(self, person: str, content: Json, at: int = 0, *, echo: bool = False) -> Webhook:
        sender, recipient = (self.own_id, person) if echo else (person, self.own_id)
        at = at or int(time.time() * 1000)
        element: Json = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": at, **content}
        return self._signed({"id": self.own_id, "time": at, "messaging": [element]})

    def _signed(self, entry: Json) -> Webhook:
        body = msgspec.json.encode({"object": "instagram" if self.kind == "instagram" else "page", "entry": [entry]})
        signature = "sha256=" + hmac.digest(self.secret.encode(), body, hashlib.sha256).hex()
        return Webhook(body=body, headers={"Content-Type": "application/json", "X-Hub-Signature-256": signature})


def _message(bubble: Bubble) -> Json:
    told: Json = {"mid": f"m_{bubble.external_id}"}
    told |= {"text": bubble.text} if bubble.text else {}
    told |= {"reply_to": {"mid": bubble.reply_to}} if bubble.reply_to else {}
    return told | ({"attachments": [_attachment(media) for media in bubble.media]} if bubble.media else {})


def _attachment(media: Media) -> Json:
    return {"type": _TYPES.get(media.kind, "file"), "payload": {"url": media.url}}
