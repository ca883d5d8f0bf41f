"""What is said of channel accounts: every code of every channel has its sentence in each language, and each says the same."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.accounts.kinds import known_kinds
from config.accounts.phrasing import ENGLISH, LANGUAGES, Worded, catalogue, language_here, phrase_of
from config.accounts.setup import fields_of
from config.settings.load import load_settings
from hub.model.channels.look import Code, Phrase, phrase
from hub.model.errors import SettingsError

ROOT = Path(__file__).parents[2]
ROOMS = ("channels", "config", "hub")


def phrases() -> Iterator[tuple[str, frozenset[str], str]]:
    """Every phrase the code makes: its code, what it is filled with, and where it stands."""
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        source = path.read_text()
        for node in ast.walk(ast.parse(source)) if "phrase(" in source else ():
            match node:
                case ast.Call(func=ast.Name(id="phrase"), args=[ast.Constant(value=str(code))], keywords=filled):
                    yield code, frozenset(str(one.arg) for one in filled), f"{path.relative_to(ROOT)}:{node.lineno}"
                case ast.Call(func=ast.Name(id="phrase")):
                    pytest.fail(f"{path.relative_to(ROOT)}:{node.lineno}: the code of a phrase is written out")


def places(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_the_house_says_has_its_sentence_with_the_same_places(language: str) -> None:
    sentences = catalogue().sentences[language]

    made = list(phrases())

    assert [] == [(code, where) for code, _, where in made if code not in sentences]
    assert [] == [(code, where) for code, filled, where in made if not places(sentences[code]) <= filled]
    # A value that stands in English and not here would be kept from the reader.
    assert [] == [code for code, sentence in sentences.items() if places(sentence) != places(catalogue().sentences[ENGLISH][code])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_empty_shouts_or_is_said_by_nobody(language: str) -> None:
    sentences = catalogue().sentences[language]
    asked = {field.key for kind in known_kinds() for field in fields_of(kind, catalogue())}

    said = {code for code, _, _ in phrases()} | {f"seen.{code}" for code in Code}
    unsaid = {code for code in sentences if code not in said and not code.startswith("field.")}

    assert set(catalogue().sentences[ENGLISH]) == set(sentences)
    assert set() == unsaid
    assert set() == said - set(sentences)
    assert set() == {code for code in sentences if code.startswith("field.") and code.rpartition(".")[2] not in asked}
    assert [] == [code for code, sentence in sentences.items() if not sentence.strip() or re.search("[!！]", sentence)]


def test_every_field_of_every_channel_says_what_it_is_in_each_language() -> None:
    words = catalogue()

    told = {(kind, field.key): field.what for kind in known_kinds() for field in fields_of(kind, words)}

    assert [] == [place for place, what in told.items() if set(LANGUAGES) != set(what) or not all(what.values())]
    # A word of another language would be the English one, copied.
    assert [] == [place for place, what in told.items() if len(set(what.values())) != len(LANGUAGES)]


def test_phrase_is_filled_in_at_once_and_an_unknown_one_is_said_as_it_came() -> None:
    words = catalogue()

    late = words.say(phrase("telegram.late", reason="{hook} {reason}"), "vi")

    assert "({hook} {reason})" in late
    assert "of another package" == words.say(Phrase(code="theirs.own", text="of another package"), "vi")


def test_setting_that_is_wrong_is_said_in_the_readers_language_where_there_is_a_phrase() -> None:
    damaged = phrase("sealed.damaged", account="line/shop")

    assert damaged == phrase_of(Worded(damaged))
    assert "line/shop" in str(Worded(damaged))
    assert Phrase(text="what it says") == phrase_of(SettingsError("what it says"))


@pytest.mark.parametrize(
    ("shop", "environ", "language"),
    [
        ("vi", {"LANG": "zh_TW.UTF-8"}, "vi"),
        ("en", {"LANG": "zh_TW.UTF-8"}, "zh-TW"),
        ("en", {"LANG": "vi_VN.UTF-8", "LC_ALL": "C"}, "en"),
        ("en", {"LANG": "fr_FR.UTF-8"}, "en"),
        ("en", {}, "en"),
    ],
)
def test_command_speaks_the_shops_language_or_the_terminals(tmp_path: Path, shop: str, environ: dict[str, str], language: str) -> None:
    settings = load_settings({"HUB_DATA": str(tmp_path), "HUB_SHOP_LANGUAGE": shop}, folder=tmp_path)

    assert language == language_here(settings, environ)
