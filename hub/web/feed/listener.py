"""One console as the feed knows it: what it shows, and what waits to be sent to it."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from hub.model.inbox.feed import (
    ConversationCard,
    Counts,
    FeedBye,
    FeedCard,
    FeedCursor,
    FeedDelivery,
    FeedFrame,
    FeedGone,
    FeedLines,
    HubFrame,
    View,
    framed,
)
from hub.model.words import ConversationStatus, OwnerKind
from hub.web.feed.digest import Digest

BUFFER_BYTES = 1_000_000
"""What may wait for one console: some thousand cards. One that does not read for so long lists anew instead."""


class Listener:
    """Buffers frames for one console, in order; one that does not keep up is told so and closed.

    `answers`: whether somebody sits there who talks with customers; `away`: whether its tab is hidden just now.
    """

    def __init__(self, login: str) -> None:
        self.login = login
        self.views: frozenset[View] = frozenset()
        self.customer = ""
        self.pieces: frozenset[str] = frozenset()
        self.answers = False
        self.away = False
        self.counts: Counts | None = None
        self.over = False
        self.told_at = 0.0
        self._waiting: deque[str] = deque()
        self._size = 0
        self._bell = asyncio.Event()
        self._held: list[str] | None = None

    @property
    def comments(self) -> bool:
        """Whether it shows the view that any thread of comments may be in."""
        return View.COMMENTS in self.views

    @property
    def reads(self) -> bool:
        """Whether what is shown counts as read."""
        return self.answers and not self.away

    @property
    def everything(self) -> bool:
        """Whether it shows a view that any conversation may be in."""
        return View.OPEN in self.views or View.RESOLVED in self.views

    def hold(self) -> None:
        """Keep what comes now until `release`: what was missed before stands in front of it."""
        self._held = []

    def release(self, first: Iterable[FeedFrame]) -> None:
        """Send these, and then what was kept."""
        held, self._held, self._size = self._held or [], None, 0
        for frame in first:
            self.tell(frame)
        for text in held:
            self.put(text)

    def tell(self, frame: FeedFrame) -> None:
        """One more frame."""
        self.put(framed(frame))

    def put(self, text: str) -> None:
        """One more frame, as it goes over the wire."""
        if self.over:
            return
        if self._held is not None:
            self._held.append(text)
        else:
            self._waiting.append(text)
        self._size += len(text)
        self._bell.set()
        if self._size > BUFFER_BYTES:
            self.end("slow")

    def end(self, reason: str) -> None:
        """The last frame; what still waits is not sent any more, for its cursor was not told either."""
        if self.over:
            return
        self._held = None
        self._waiting.clear()
        self._waiting.append(framed(FeedBye(reason=reason)))
        self.over = True
        self._bell.set()

    async def next(self) -> str | None:
        """The next frame to send; None when that was all."""
        while not self._waiting:
            if self.over:
                return None
            self._bell.clear()
            await self._bell.wait()
        text = self._waiting.popleft()
        self._size -= len(text)
        return text

    def moved(self, customer: str, to: str) -> None:
        """The customer looked at was merged or forgotten."""
        if customer in self.pieces:
            self.pieces = self.pieces | {to} if to else frozenset()
            self.customer = to

    def concerns(self, card: ConversationCard, was: Iterable[str]) -> bool:
        """Whether a card is, or was, in a view this console shows, or of the customer it looks at."""
        if card.customer in self.pieces or self.everything or (self.comments and card.post is not None):
            return True
        opened = card.status is ConversationStatus.OPEN
        if View.QUEUE in self.views and ((opened and card.owner.kind is OwnerKind.QUEUE) or "queue" in was):
            return True
        mine = opened and card.owner.kind is OwnerKind.AGENT and card.owner.agent == self.login
        return View.MINE in self.views and (mine or f"agent:{self.login}" in was)


def frames_for(listener: Listener, told: Digest, cards: Sequence[ConversationCard], *, span: tuple[str, str]) -> list[HubFrame]:
    """What a console is told of a digest. `span`: the cursors before and behind it.

    All that may be told twice goes first, under the cursor before; lines go last, under the cursor behind: wherever a connection breaks,
    no line is missed and none comes twice.
    """
    before, behind = span
    frames: list[HubFrame] = [FeedGone(cursor=before, customer=gone.customer, to=gone.to) for gone in told.gone]
    for gone in told.gone:
        listener.moved(gone.customer, gone.to)
    frames += [FeedCard(cursor=before, card=card) for card in cards if listener.concerns(card, told.was.get(card.customer, ()))]
    pieces = sorted(listener.pieces)
    frames += [
        FeedDelivery(
            cursor=before, customer=listener.customer, delivery=m.delivery, state=m.state, reason=m.reason, code=m.code, failure=m.failure
        )
        for piece in pieces
        for m in told.moves.get(piece, ())
    ]  # fmt: skip
    lines = sorted((line for piece in pieces for line in told.lines.get(piece, ())), key=lambda line: line.entry.at)
    if lines:
        frames.append(FeedLines(cursor=behind, customer=listener.customer, lines=tuple(lines)))
    elif frames:
        frames.append(FeedCursor(cursor=behind))
    return frames
