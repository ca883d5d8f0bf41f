"""Journeys from their files: a strict reading of docs/nudges.md's keys, every mistake with file, line, field and remedy."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from config.rules.yaml_reading import Mistake, Part, parse
from hub.model.errors import SettingsError
from hub.model.words import Purpose
from hub.nudges.answers import LEADS
from hub.nudges.journey import END, Answer, Exit, Journey, JourneyStep, Send, Wait, WithoutConsent
from hub.nudges.journeys import ABANDONED, ORDERED
from hub.nudges.policy import minute_of
from hub.nudges.wording import VARIABLES, holes

FOLDER = Path(__file__).parents[1] / "sample" / "journeys"
STEPS_AT_MOST = 30
FILE_BYTES = 256 * 1024
_TOP = (
    "journey", "version", "state", "title", "enter", "goal", "exits", "ends_after", "purpose", "priority", "without_consent", "holdout",
    "salt", "steps",
)  # fmt: skip
_WAIT = ("wait", "title", "for", "since_entry", "until", "next")
_SEND = ("send", "title", "text", "not_after", "answers", "next")


def load_journeys(folder: Path | None, *, holdout: float | None = None) -> dict[str, Journey]:
    """All journeys of a folder, by name. Raises SettingsError with the first mistake; `hub journey check` tells all."""
    found: dict[str, Journey] = {}
    place = folder or FOLDER
    if not place.is_dir():
        raise SettingsError(f"nudges.journeys names {place}, which is no folder; correct or unset it.")
    for file in sorted(place.glob("*.yaml")):
        journey, mistakes = read_journey(file)
        if journey is None:
            more = f" ({len(mistakes) - 1} more: `hub journey check {file}`)" if len(mistakes) > 1 else ""
            raise SettingsError(mistakes[0].told(str(file)) + more)
        if journey.name in found:
            raise SettingsError(f"{file}:1: journey: there are two journeys {journey.name}; give one of them another name.")
        found[journey.name] = journey
    if holdout is None:
        return found
    return {name: replace(journey, holdout=holdout) for name, journey in found.items()}


def read_journey(file: Path) -> tuple[Journey | None, tuple[Mistake, ...]]:
    """One journey, or all that is wrong with its file."""
    try:
        raw = file.read_bytes()
        text = raw.decode() if len(raw) <= FILE_BYTES else ""
    except OSError as error:
        return None, (Mistake(line=1, field="", sentence=f"cannot be read ({error.strerror}); correct the path or the file."),)
    except UnicodeDecodeError:
        return None, (Mistake(line=1, field="", sentence="is not in UTF-8; save it as UTF-8."),)
    if raw and not text:
        return None, (Mistake(line=1, field="", sentence=f"has more than {FILE_BYTES} bytes; a journey is a page."),)
    whole = parse(text)
    if isinstance(whole, Mistake):
        return None, (whole,)
    journey = _journey(whole)
    return (None if whole.mistakes else journey), tuple(sorted(whole.mistakes, key=lambda one: one.line))


def _journey(whole: Part) -> Journey:
    top = whole.table(_TOP, required=("journey", "title", "enter", "steps"))
    enter = top["enter"].table(("event", "key", "again_after"), required=("event",)) if "enter" in top else {}
    title = _by_language(top["title"]) if "title" in top else {}
    steps = _steps(top["steps"], tuple(title)) if "steps" in top else ()
    chosen: dict[str, object] = {}
    _put(chosen, "version", top.get("version"), lambda part: int(part.number(1, 1_000_000)))
    _put(chosen, "live", top.get("state"), lambda part: part.one_of(("live", "off")) == "live")
    _put(chosen, "goal", top.get("goal"), lambda part: part.one_of((ORDERED,)))
    _put(chosen, "exits", top.get("exits"), lambda part: frozenset(_exits(part)))
    _put(chosen, "ends_after", top.get("ends_after"), Part.span)
    _put(chosen, "purpose", top.get("purpose"), lambda part: _purpose(part.one_of((Purpose.MARKETING.value, Purpose.SERVICE.value))))
    _put(chosen, "priority", top.get("priority"), lambda part: int(part.number(0, 100)))
    _put(chosen, "without_consent", top.get("without_consent"), lambda part: _without(part.one_of([w.value for w in WithoutConsent])))
    _put(chosen, "holdout", top.get("holdout"), lambda part: part.number(0, 50, unit="%"))
    _put(chosen, "salt", top.get("salt"), Part.name)
    _put(chosen, "key", enter.get("key"), lambda part: part.one_of(("cart",)))
    _put(chosen, "again_after", enter.get("again_after"), Part.span)
    name = top["journey"].name() if "journey" in top else ""
    entry = enter["event"].one_of((ABANDONED,)) if "event" in enter else ""
    return Journey(name=name, entry=entry, steps=steps, title=title, **chosen)  # type: ignore[arg-type]


def _put(chosen: dict[str, object], name: str, part: Part | None, reading: object) -> None:
    """Read it where it stands; what is left out keeps the model's default."""
    if part is not None:
        chosen[name] = reading(part)  # type: ignore[operator]


def _purpose(word: str) -> Purpose:
    return Purpose(word) if word in {Purpose.MARKETING, Purpose.SERVICE} else Purpose.MARKETING


def _without(word: str) -> WithoutConsent:
    return WithoutConsent(word) if word in {w.value for w in WithoutConsent} else WithoutConsent.NOTHING


def _exits(part: Part) -> list[Exit]:
    words = [item.one_of([one.value for one in Exit]) for item in part.items()]
    return [Exit(word) for word in words if word in {one.value for one in Exit}]


def _by_language(part: Part, *, most: int = 200) -> dict[str, str]:
    return {language: value.text(most=most) for language, value in part.pairs()}


def _steps(part: Part, languages: Sequence[str]) -> tuple[JourneyStep, ...]:
    parts = part.items()
    if not parts:
        part.wrong("a journey needs a step; add a wait or a send.")
    if len(parts) > STEPS_AT_MOST:
        part.wrong(f"a journey may have {STEPS_AT_MOST} steps; make two of it.")
    steps = tuple(_step(one, languages) for one in parts)
    ids = [step.id for step in steps]
    for number, (one, step) in enumerate(zip(parts, steps, strict=True)):
        if step.id in ids[:number]:
            one.wrong(f"there are two steps {step.id}; give one of them another name.")
        if step.next and step.next != END and step.next not in ids[number + 1 :]:
            one.wrong(f"next leads to {step.next}, which is no later step; name one below, or end.")
        for answer in step.replies if isinstance(step, Send) else ():
            if answer.then not in LEADS and answer.then not in ids:
                one.wrong(f"the answer {answer.payload} leads to {answer.then}; name a step, dialog, stop or end.")
    return steps


def _step(part: Part, languages: Sequence[str]) -> JourneyStep:
    kinds = [str(key.value) for key, _ in getattr(part.node, "value", []) if getattr(key, "value", "") in {"wait", "send"}]
    if kinds == ["wait"]:
        return _wait(part)
    if kinds != ["send"]:
        part.wrong("a step begins with `- wait: name` or `- send: name`.")
        return Wait(id="")
    return _send(part, languages)


def _wait(part: Part) -> Wait:
    keys = part.table(_WAIT, required=("wait",))
    if len({"for", "since_entry", "until"} & keys.keys()) != 1:
        part.wrong("say how long by one of for, since_entry or until.")
    hour = keys["until"].read(minute_of, "give an hour of the customer's day like 20:00.", -1) if "until" in keys else -1
    return Wait(
        id=keys["wait"].name() if "wait" in keys else "",
        title=_by_language(keys["title"]) if "title" in keys else {},
        next=keys["next"].name() if "next" in keys else "",
        lasts=keys["for"].span() if "for" in keys else 0,
        since_entry=keys["since_entry"].span() if "since_entry" in keys else 0,
        hour=hour,
    )


def _send(part: Part, languages: Sequence[str]) -> Send:
    keys = part.table(_SEND, required=("send", "text"))
    text = _texts(keys["text"], languages) if "text" in keys else {}
    chosen: dict[str, int] = {"not_after": keys["not_after"].span()} if "not_after" in keys else {}
    return Send(
        id=keys["send"].name() if "send" in keys else "",
        title=_by_language(keys["title"]) if "title" in keys else {},
        next=keys["next"].name() if "next" in keys else "",
        text=text,
        replies=tuple(_answer(one, languages) for one in keys["answers"].items()) if "answers" in keys else (),
        **chosen,
    )


def _texts(part: Part, languages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, value in part.pairs():
        pieces = value.items() if value.is_list else [value]
        found[language] = tuple(piece.text() for piece in pieces)
        for piece in pieces:
            for name in holes(piece.text()):
                if name not in VARIABLES:
                    piece.wrong(f"{{{name}}} is no variable; known are {', '.join(sorted(VARIABLES))}.")
    _all_languages(part, found, languages)
    return found


def _all_languages(part: Part, found: Mapping[str, object], languages: Sequence[str]) -> None:
    lacking = [language for language in languages if language not in found]
    if lacking:
        part.wrong(f"there is no text in {', '.join(lacking)}, a language of the title; add it.")


def _answer(part: Part, languages: Sequence[str]) -> Answer:
    keys = part.table(("press", "says", "then"), required=("press", "says", "then"))
    says = _by_language(keys["says"], most=60) if "says" in keys else {}
    if says:
        _all_languages(keys["says"], says, languages)
    return Answer(
        payload=keys["press"].text(most=60) if "press" in keys else "", says=says, then=keys["then"].name() if "then" in keys else ""
    )
