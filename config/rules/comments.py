"""Rules that answer comments, from their file: every mistake with file, line, field and remedy."""

from collections.abc import Mapping
from pathlib import Path

from config.rules.yaml_reading import Mistake, Part, parse
from hub.model.errors import SettingsError
from hub.nudges.comment_rules import CommentRule, Once

RULES_AT_MOST = 50
WORDS_AT_MOST = 50
FILE_BYTES = 256 * 1024
PRIVATE_MOST, PUBLIC_MOST = 900, 1000
"""Characters of a text: Instagram takes a private one of 1,000 bytes, and a public one of 2,200 characters."""

_KEYS = ("rule", "words", "unless", "private", "public", "accounts", "posts", "once")
_VARIABLES = ("{name}", "{shop}")


def load_comment_rules(file: Path | None) -> tuple[CommentRule, ...]:
    """All rules in their order. Raises SettingsError with the first mistake, and how many more there are."""
    if file is None:
        return ()
    rules, mistakes = read_comment_rules(file)
    if mistakes:
        more = f" ({len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
        raise SettingsError(mistakes[0].told(str(file)) + more)
    return rules


def read_comment_rules(file: Path) -> tuple[tuple[CommentRule, ...], tuple[Mistake, ...]]:
    """The rules, and all that is wrong with their file."""
    try:
        raw = file.read_bytes()
        text = raw.decode() if len(raw) <= FILE_BYTES else ""
    except OSError as error:
        return (), (Mistake(line=1, field="", sentence=f"cannot be read ({error.strerror}); correct the path or the file."),)
    except UnicodeDecodeError:
        return (), (Mistake(line=1, field="", sentence="is not in UTF-8; save it as UTF-8."),)
    if raw and not text:
        return (), (Mistake(line=1, field="", sentence=f"has more than {FILE_BYTES} bytes; rules are a page."),)
    whole = parse(text or "rules: []")
    if isinstance(whole, Mistake):
        return (), (whole,)
    rules = _rules(whole)
    return rules, tuple(sorted(whole.mistakes, key=lambda one: one.line))


def _rules(whole: Part) -> tuple[CommentRule, ...]:
    top = whole.table(("rules",), required=("rules",))
    parts = top["rules"].items() if "rules" in top else []
    if len(parts) > RULES_AT_MOST:
        top["rules"].wrong(f"there may be {RULES_AT_MOST} rules; join some of them.")
    rules = tuple(_rule(part) for part in parts)
    names = [rule.name for rule in rules]
    for n, (part, rule) in enumerate(zip(parts, rules, strict=True)):
        if rule.name in names[:n]:
            part.wrong(f"there are two rules {rule.name}; give one of them another name.")
    return rules


def _rule(part: Part) -> CommentRule:
    keys = part.table(_KEYS, required=("rule", "words"))
    private = _texts(keys["private"], most=PRIVATE_MOST, bytes_most=1000) if "private" in keys else {}
    public = _texts(keys["public"], most=PUBLIC_MOST) if "public" in keys else {}
    if keys and not private and not public:
        part.wrong("a rule says something: add private, public or both.")
    once = keys["once"].one_of([one.value for one in Once]) if "once" in keys else Once.COMMENT.value
    return CommentRule(
        name=keys["rule"].name() if "rule" in keys else "",
        words=_listed(keys["words"], least=1) if "words" in keys else (),
        unless=_listed(keys["unless"]) if "unless" in keys else (),
        private=private,
        public=public,
        accounts=frozenset(_accounts(keys["accounts"])) if "accounts" in keys else frozenset(),
        posts=frozenset(_listed(keys["posts"])) if "posts" in keys else frozenset(),
        once=Once(once) if once in set(Once) else Once.COMMENT,
    )


def _listed(part: Part, *, least: int = 0) -> tuple[str, ...]:
    items = part.items()
    if not least <= len(items) <= WORDS_AT_MOST:
        part.wrong(f"give {least} to {WORDS_AT_MOST} of them.")
    return tuple(item.text(most=200) for item in items)


def _accounts(part: Part) -> tuple[str, ...]:
    found = _listed(part)
    for item, name in zip(part.items(), found, strict=True):
        if name.count("/") != 1:
            item.wrong("give channel and name of an account, like messenger/main.")
    return found


def _texts(part: Part, *, most: int, bytes_most: int = 0) -> Mapping[str, str]:
    """A text for all, or one for each language."""
    given = part.pairs() if part.has_keys else iter((("", part),))
    found = {}
    for language, value in given:
        found[language] = text = value.text(most=most)
        if bytes_most and len(text.encode()) > bytes_most:
            value.wrong(f"this has {len(text.encode())} bytes; Instagram takes {bytes_most}: make it shorter.")
        rest = text
        for name in _VARIABLES:
            rest = rest.replace(name, "")
        if "{" in rest:
            value.wrong(f"there is a brace of no variable; known are {' and '.join(_VARIABLES)}.")
    return found
