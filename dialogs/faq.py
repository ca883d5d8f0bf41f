"""Answers from the shop's file, greetings and thanks; and what is said when nothing was understood."""

from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from dialogs.cart import ABOUT, CART, about_cart
from dialogs.hearing import LANGUAGE, Heard, answered, heard, language_of, offered, thread_of
from dialogs.order import NUMBER, TRIED, WAITS, ask_number
from dialogs.person import OFFERED
from dialogs.telling import told_days, told_instant, told_time
from dialogs.wording import ANSWER, DELIVERY, HOURS, ORDER, PERSON, ShopTexts, Wording
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation
from hub.model.events.event import Started
from hub.model.messaging.message import Message, QuickReply
from hub.model.shop.calendar import Calendar
from hub.model.text.folding import plain
from hub.model.turns.turn import Turn
from hub.model.words import OwnerKind

MISSES = 2
"""Misunderstandings in a row after which a person is offered."""

AT_ONCE = 3
"""Answers put into one message when the lines of a burst ask for several things."""

_DAY_MS = 24 * 60 * 60 * 1000
SOON = timedelta(days=14)
"""Closed days are told so long before they begin."""

_KEPT = (TRIED, NUMBER, WAITS, ABOUT)
"""What of the dialog outlives an answer about something else."""


@dataclass(frozen=True, slots=True)
class Faq:
    """Answers what the shop's file knows, in the customer's language; the last step, so nobody is left without a word."""

    texts: ShopTexts

    @property
    def name(self) -> str:
        """The step's name in logs."""
        return "faq"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing: the answers are in memory."""
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with one answer."""
        if isinstance(turn.event.body, Started):
            return self._greeted(turn) if turn.event.body.may_answer else turn
        said = heard(turn)
        if said is None:
            return turn
        language = language_of(turn, self.texts, text=said.text)
        if said.said.payload.startswith(ANSWER):
            id_ = said.said.payload.removeprefix(ANSWER)
            if id_ in self.texts.wordings[language].answers:
                return self._told(turn, said, found=(id_,), language=language)
        if not said.text:
            return self._media(turn, said, language=language)
        found, spoken_in = self._find(said, language)
        if ORDER in found:
            return ask_number(turn, said, wording=self.texts.wordings[spoken_in], language=spoken_in)
        if found:
            return self._told(turn, said, found=found, language=spoken_in)
        return self._small_talk(turn, said, language=language)

    def _find(self, said: Heard, language: str) -> tuple[tuple[str, ...], str]:
        """What is asked for, and in which language: each line by itself, else all together; other languages last."""
        others = (other for other in self.texts.wordings if other != language)
        for tongue in (language, *others):
            best = self.texts.wordings[tongue].index.best
            by_line = [hit.id for line in said.lines if (hit := best(line))]
            if not by_line and len(said.lines) > 1 and (hit := best(said.text)):
                by_line = [hit.id]
            if by_line:
                return tuple(dict.fromkeys(by_line))[:AT_ONCE], tongue
        return (), language

    def _told(self, turn: Turn, said: Heard, *, found: tuple[str, ...], language: str) -> Turn:
        after = _after(said.conversation, language)
        turn = turn.fact("question answered", answer=" ".join(found), language=language)
        about = (about_cart(turn, self.texts.wordings[language]),) if said.conversation.dialog.get(ABOUT) == CART else ()
        text = "\n\n".join(self._answer(id_, language=language, now=turn.now) for id_ in found)
        text = "\n".join((*filter(None, about), text))
        return answered(turn, Message(text=text), to=said.address, after=after)

    def _answer(self, id_: str, *, language: str, now: int) -> str:
        """The shop's answer; that about its hours also tells how it is now, so that answer and calendar cannot disagree."""
        wording = self.texts.wordings[language]
        if id_ != HOURS:
            return wording.answers[id_]
        return "\n".join((wording.answers[id_], *hours_now(wording, self.texts.calendar, now=now)))

    def _small_talk(self, turn: Turn, said: Heard, *, language: str) -> Turn:
        """Greeting, thanks, a nod; else we did not understand."""
        wording = self.texts.wordings[language]
        after = _after(said.conversation, language)
        last = said.lines[-1]
        if self.texts.greeting.has(last):
            return answered(turn, _greeting(wording), to=said.address, after=after)
        if self.texts.thanks.has(last):
            return answered(turn, Message(text=wording.say.thanks), to=said.address, after=after)
        if self.texts.fine.has(last) or not plain(last):
            return turn.with_conversation(
                after
            ).done()  # A nod ends a talk, and so does a heart; a bot that answers each never lets it end.
        misses = said.conversation.misses + 1
        turn = turn.fact("not understood", conversation=said.conversation.id, misses=str(misses))
        if misses >= MISSES or said.conversation.dialog.get(ABOUT) == CART:
            after = replace(after, misses=misses, dialog={**after.dialog, OFFERED: PERSON})
            offer = Message(text=wording.say.offer, quick_replies=offered(wording, PERSON))
            return answered(turn, offer, to=said.address, after=after)
        fallback = Message(text=wording.say.fallback, quick_replies=_menu(wording))
        return answered(turn, fallback, to=said.address, after=replace(after, misses=misses))

    def _media(self, turn: Turn, said: Heard, *, language: str) -> Turn:
        """A picture without words: we have it, and ask what it is about."""
        if not said.said.attachments:
            return turn
        text = self.texts.wordings[language].say.media
        return answered(turn, Message(text=text), to=said.address, after=_after(said.conversation, language))

    def _greeted(self, turn: Turn) -> Turn:
        """The answer to `/start` and its kin."""
        conversation, address = thread_of(turn), turn.event.address
        if turn.handled or conversation is None or address is None or conversation.owner.kind is not OwnerKind.BOT:
            return turn
        language = language_of(turn, self.texts, text="")
        return answered(turn, _greeting(self.texts.wordings[language]), to=address, after=_after(conversation, language))


def hours_now(wording: Wording, calendar: Calendar, *, now: int) -> tuple[str, ...]:
    """Whether it is open now and until or from when, and the closed days of the next two weeks; nothing for who never closes."""
    if calendar.always:
        return ()
    closes, opens, say = calendar.closes_at(now), calendar.next_opening(now), wording.say
    told: list[str] = []
    if closes is not None:
        # Round the clock for days: a time of day would be one at which nobody closes.
        if closes - now < _DAY_MS:
            told.append(say.hours_now.format(time=told_time(closes, zone=calendar.zone)))
    elif opens is not None:
        told.append(say.hours_later.format(when=told_instant(wording.time, opens, now=now, zone=calendar.zone)))
    today = calendar.day_of(now)
    for days in calendar.special:
        if not days.spans and today <= days.last and days.first <= today + SOON:
            name = days.name.get(wording.language) or next(iter(days.name.values()), "")
            told.append(say.hours_special.format(name=name, dates=told_days(wording.time, days)).strip(" :："))
    return tuple(told)


def _after(conversation: Conversation, language: str) -> Conversation:
    """The conversation once it is answered: nothing waits, nothing was missed, the language is known."""
    dialog = {LANGUAGE: language} | {key: conversation.dialog[key] for key in _KEPT if key in conversation.dialog}
    return replace(conversation, misses=0, lines=(), dialog=dialog)


def _menu(wording: Wording) -> tuple[QuickReply, ...]:
    return offered(wording, ORDER, ANSWER + DELIVERY, PERSON)


def _greeting(wording: Wording) -> Message:
    return Message(text=wording.say.greeting, quick_replies=_menu(wording))
