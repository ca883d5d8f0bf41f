"""What became of a file a customer sent: a line of its own on the timeline, which a screen shows in its message's place."""

from hub.model.channels.ports import Question
from hub.model.customers.record import Live
from hub.model.files.wanted import FILE_LINE, Fetched, FileState
from hub.model.turns.turn import Turn


class Arrivals:
    """Notes it; nobody is answered for it."""

    name = "arrivals"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing."""
        del turn
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the line, where the event tells of a file."""
        body = turn.event.body
        if not isinstance(body, Fetched) or not isinstance(turn.record, Live):
            return turn
        detail = {"line": body.line, "place": str(body.place), **_told(body)}
        noted = turn.note(FILE_LINE, "system", conversation=body.conversation, address=turn.event.address, detail=detail)
        return noted.fact("file kept" if body.attachment else "file not had", line=body.line, reason=body.reason).done()


def _told(body: Fetched) -> dict[str, str]:
    piece = body.attachment
    if piece is None:
        return {"state": FileState.UNAVAILABLE.value, "reason": body.reason}
    told = {"kind": piece.kind.value, "mime": piece.mime_type, "name": piece.filename, "size": str(piece.size)}
    return {"state": FileState.STORED.value, "url": piece.url, **told}
