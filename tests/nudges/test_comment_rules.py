"""Rules for comments: which words they hear, which rule answers, and what is wrong with their file."""

from pathlib import Path

import pytest

from config.rules.comments import load_comment_rules, read_comment_rules
from config.wiring.steps import SAMPLE_SHOP
from hub.model.errors import SettingsError
from hub.nudges.comment_rules import CommentBook, CommentRule, Once, says


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ib giá ạ", "ib giá"),
        ("IB GIA", "ib giá"),
        ("giảm giá không shop", "giá"),
        ("bao  nhieu", "bao nhiêu"),
        ("em +1 nha", "+1"),
        ("chốt+1", "+1"),
        ("+1áo", "+1"),
        ("請私訊我", "私訊"),
        ("價?", "價"),
        ("ｐｒｉｃｅ", "price"),
    ],
)
def test_word_is_heard_in_any_case_width_and_without_diacritics(text: str, word: str) -> None:
    assert says(text, word)


@pytest.mark.parametrize(
    ("text", "word"), [("+10", "+1"), ("1+1", "+1"), ("giảm nhiều", "giá"), ("inboxx", "inbox"), ("", "giá"), ("a", "")]
)
def test_word_within_another_is_not_heard(text: str, word: str) -> None:
    assert not says(text, word)


def test_first_rule_that_hears_answers_and_leaves_alone_what_it_shall() -> None:
    price = CommentRule(name="price", words=("giá",), unless=("gia đình",), private={"": "350k"})
    family = CommentRule(name="family", words=("gia đình",), private={"": "ok"}, accounts=frozenset({"messenger/main"}))
    book = CommentBook(rules=(price, family))

    found = [book.rule_for("áo gia đình", account=account, post="1") for account in ("messenger/main", "instagram/main")]

    assert [family, None] == found
    assert price == book.rule_for("giá?", account="instagram/main", post="1")


def test_rules_of_the_sample_shop_are_right_in_every_language() -> None:
    rules = load_comment_rules(SAMPLE_SHOP / "comments.yaml")

    assert ["price", "keep"] == [rule.name for rule in rules]
    assert [Once.COMMENT, Once.POST] == [rule.once for rule in rules]
    assert all({"vi", "en", "zh-TW"} == set(rule.private) for rule in rules)


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        ("rules:\n  - rule: price\n    words: [giá]\n", 2, "a rule says something: add private, public or both."),
        ("rules:\n  - rule: price\n    word: [giá]\n    private: a\n", 2, "words is missing; add it."),
        ("rules:\n  - rule: price\n    words: []\n    private: a\n", 3, "give 1 to 50 of them."),
        (
            "rules:\n  - rule: price\n    words: [giá]\n    private: 'Hi {nam}'\n",
            4,
            "there is a brace of no variable; known are {name} and {shop}.",
        ),
        ("rules:\n  - rule: price\n    words: [giá]\n    private: a\n    accounts: [main]\n", 5, "give channel and name of an account"),
        ("rules:\n  - rule: price\n    words: [giá]\n    private: a\n    once: day\n", 5, "give comment or post."),
        (f"rules:\n  - rule: price\n    words: [giá]\n    private: {'價' * 400}\n", 4, "this has 1200 bytes; Instagram takes 1000"),
        (
            "rules:\n  - {rule: a, words: [x], private: a}\n  - {rule: a, words: [y], private: a}\n",
            3,
            "there are two rules a; give one of them another name.",
        ),
    ],
)
def test_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, wrong: str) -> None:
    file = tmp_path / "comments.yaml"
    file.write_text(text)

    _, mistakes = read_comment_rules(file)

    assert any((mistake.line, mistake.sentence.startswith(wrong)) == (line, True) for mistake in mistakes), mistakes


def test_file_that_is_not_there_keeps_the_hub_from_starting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_comment_rules(tmp_path / "none.yaml")
