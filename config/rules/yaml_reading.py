"""YAML as people write it, read part by part: each mistake is told with its line and field, and all of them at once."""

import re
from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from typing import TypeVar

import yaml
from msgspec import Struct, field
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

T = TypeVar("T")
_SPAN = re.compile(r"(\d{1,6})\s*(s|min|h|d)")
_MS = {"s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class Mistake(Struct, frozen=True):
    """What is wrong: line (from 1), field, and a sentence with the remedy."""

    line: int
    field: str
    sentence: str

    def told(self, file: str) -> str:
        """`file:line: field: sentence`."""
        return f"{file}:{self.line}: {self.field}: {self.sentence}" if self.field else f"{file}:{self.line}: {self.sentence}"


class Part(Struct):
    """One node with where it stands; mistakes go to the list all parts of a file share."""

    node: Node
    path: str
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The line it begins on, from 1."""
        return int(self.node.start_mark.line) + 1

    def wrong(self, sentence: str) -> None:
        """Note a mistake here."""
        self.mistakes.append(Mistake(line=self.line, field=self.path, sentence=sentence))

    def table(self, known: Collection[str], *, required: Collection[str] = ()) -> dict[str, "Part"]:
        """The keys of a mapping; unknown, doubled and missing ones are mistakes. Empty where it is no mapping."""
        if not isinstance(self.node, MappingNode):
            self.wrong("this must have keys of its own; indent them below it.")
            return {}
        found: dict[str, Part] = {}
        for key, value in self.node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else ""
            part = Part(value, f"{self.path}.{name}".lstrip("."), self.mistakes)
            if name not in known:
                close = get_close_matches(name, list(known), n=1)
                hint = f"write {close[0]} if you meant that" if close else f"known are {', '.join(known)}"
                Part(key, part.path, self.mistakes).wrong(f"there is no such key; {hint}.")
            elif name in found:
                Part(key, part.path, self.mistakes).wrong("this key stands here twice; keep one.")
            else:
                found[name] = part
        for name in required:
            if name not in found:
                self.wrong(f"{name} is missing; add it.")
        return found

    def items(self) -> list["Part"]:
        """The elements of a list, each with its place; a mistake and empty where it is none."""
        if not isinstance(self.node, SequenceNode):
            self.wrong("give a list: one `- ` before each, or [a, b].")
            return []
        return [Part(node, f"{self.path}[{n}]", self.mistakes) for n, node in enumerate(self.node.value)]

    def pairs(self) -> Iterator[tuple[str, "Part"]]:
        """The keys of a mapping whatever they are called."""
        if not isinstance(self.node, MappingNode):
            self.wrong("give one line for each language, like `en: …`.")
            return
        for key, value in self.node.value:
            yield str(key.value), Part(value, f"{self.path}.{key.value}", self.mistakes)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, SequenceNode)

    @property
    def has_keys(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.node, MappingNode)

    def text(self, *, most: int = 2000) -> str:
        """A text; '' with a mistake where it is none."""
        if not isinstance(self.node, ScalarNode) or not str(self.node.value).strip():
            self.wrong("give a text.")
            return ""
        if len(self.node.value) > most:
            self.wrong(f"this has {len(self.node.value)} characters; give at most {most}.")
        return str(self.node.value).strip()

    def name(self) -> str:
        """A short name of small letters, digits, `-` and `_`."""
        found = self.text()
        if found and not _NAME.fullmatch(found):
            self.wrong("give small letters, digits, - and _, a letter first, at most 40.")
        return found

    def one_of(self, words: Collection[str]) -> str:
        """One of these words."""
        found = self.text()
        if found and found not in words:
            self.wrong(f"give {' or '.join(words)}.")
        return found

    def span(self, *, most_ms: int = 90 * 86_400_000) -> int:
        """`30 min`, `22 h`, `7 d`, `45 s` in ms."""
        found = _SPAN.fullmatch(self.text())
        length = int(found[1]) * _MS[found[2]] if found else 0
        if not 0 < length <= most_ms:
            self.wrong("give a time like 30 min, 22 h or 7 d.")
        return length

    def number(self, low: float, high: float, *, unit: str = "") -> float:
        """A number between two, with or without its unit behind."""
        try:
            found = float(self.text().removesuffix(unit).strip()) if unit else float(self.text())
        except ValueError:
            found = low - 1
        if not low <= found <= high:
            self.wrong(f"give a number from {low:g} to {high:g}{f' {unit}' if unit else ''}.")
        return found

    def read(self, reading: Callable[[str], T], remedy: str, fallback: T) -> T:
        """A text in a form of its own; `reading` raises ValueError."""
        try:
            return reading(self.text())
        except ValueError:
            self.wrong(remedy)
            return fallback


def parse(text: str) -> Part | Mistake:
    """The whole file as a part, or what keeps it from being YAML. No tag makes anything but texts, lists and mappings of it."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "it cannot be read"
        return Mistake(line=int(mark.line) + 1 if mark else 1, field="", sentence=f"this is not YAML: {why}; correct it there.")
    except RecursionError:
        return Mistake(line=1, field="", sentence="this is nested too deeply; a journey is flat.")
    if node is None:
        return Mistake(line=1, field="", sentence="the file is empty; begin with `journey: name`.")
    return Part(node, "")
