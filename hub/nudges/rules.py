"""What the marketers' steps are given: the shop's policy, its journeys, and how the switches stand as a turn was told."""

from msgspec import DecodeError, Struct, json

from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.customers.runs import Run
from hub.model.turns.turn import Turn
from hub.nudges.comment_rules import CommentBook
from hub.nudges.journey import Book, Journey
from hub.nudges.policy import Policy

SWITCHES = Question(topic="switches", key="all")
"""Asked before anything is judged; answered with a `Switches` as JSON, and kept in the journal, so that a replay judges alike."""

_WHERE = f"{SWITCHES.topic}/{SWITCHES.key}"


class Rules(Struct, frozen=True):
    """The shop's policy and its journeys; `past`: other versions of them, on which runs may still be; `comments`: what answers comments."""

    policy: Policy = Policy()
    book: Book = {}
    past: tuple[Journey, ...] = ()
    comments: CommentBook = CommentBook()

    def journey_of(self, run: Run) -> Journey | None:
        """The journey as it was when the run began, else as it is now; None where it is gone."""
        now = self.book.get(run.journey)
        if now is None or now.version == run.version:
            return now
        return next((one for one in self.past if (one.name, one.version) == (run.journey, run.version)), now)


class Switches(Value, frozen=True):
    """Whether the kill switch is thrown, and which journeys somebody switched on or off against what their document says."""

    stopped: bool = False
    journeys: dict[str, bool] = {}


_decode = json.Decoder(Switches).decode


def switches_of(turn: Turn) -> Switches:
    """How the switches stand; all as the documents say where nobody answered: the mark looks at the kill switch once more."""
    try:
        return _decode(turn.answers.get(_WHERE, "{}"))
    except DecodeError:
        return Switches()


def is_off(switches: Switches, name: str, book: Book) -> bool:
    """Whether a journey is switched off, by hand or in its document."""
    journey = book.get(name)
    return not switches.journeys.get(name, journey.live if journey else True)
