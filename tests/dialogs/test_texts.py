"""The texts are checked before anything starts; an error names the file and the key."""

import shutil
from pathlib import Path

import pytest

from dialogs import wording
from dialogs.language import Languages
from dialogs.wording import OUR_TEXTS, load_shop
from hub.model.errors import SettingsError
from hub.model.text.folding import fold, marked, plain
from tests.dialogs.world import SHOP, shop


def copied(to: Path, *changes: tuple[str, str, str]) -> Path:
    """The sample shop's files with some words replaced."""
    shutil.copytree(SHOP, to, dirs_exist_ok=True)
    for name, old, new in changes:
        text = (to / name).read_text(encoding="utf-8")
        assert old in text
        (to / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return to


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("shop.toml", 'language = "vi"', 'language = "fr"'), ["shop.toml", "language", "fr"]),
        (("shop.toml", 'language = "vi"', ""), ["shop.toml", "language"]),
        (("shop.toml", "zh-TW =", "ja ="), ["shop.toml", "ja"]),
        (("faq.en.toml", 'id = "returns"', 'id = "return"'), ["faq.", "return"]),
        (("faq.en.toml", 'id = "delivery"', 'id = "deliveries"'), ["faq.en.toml", "delivery"]),
        (("faq.vi.toml", 'id = "cod"', 'id = "returns"'), ["faq.vi.toml", "returns"]),
        (("faq.vi.toml", 'id = "cod"', 'id = "order"'), ["faq.vi.toml", "order"]),
        (("faq.en.toml", "text =", "txt ="), ["faq.en.toml", "txt"]),
        (("faq.en.toml", "[[answer]]", "[[answer"), ["faq.en.toml"]),
        (("faq.en.toml", "We are open {hours}", "We are open at nine"), ["faq.en.toml", "hours"]),
        (("shop.toml", "Asia/Ho_Chi_Minh", "Asia/Nowhere"), ["shop.toml", "hours", "Nowhere"]),
        (("shop.toml", 'monday = ["9:00-21:00"]', 'monday = ["21:00-9:00"]'), ["shop.toml", "21:00-9:00"]),
        (("shop.toml", 'monday = ["9:00-21:00"]', 'monday = ["9:00-12:00", "11:00-21:00"]'), ["shop.toml", "overlap"]),
        (("shop.toml", "last = 2026-02-20", "last = 2026-02-10"), ["shop.toml", "2026-02-10"]),
        (("shop.toml", "sunday =", "funday ="), ["shop.toml", "funday"]),
    ],
)
def test_a_wrong_shop_file_is_refused_with_its_name_and_key(tmp_path: Path, change: tuple[str, str, str], named: list[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        load_shop(copied(tmp_path, change))

    assert all(word in str(refused.value) for word in named)


def test_hours_without_any_day_are_refused_and_a_shop_without_hours_never_closes(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    file = folder / "shop.toml"
    named, _, _ = file.read_text(encoding="utf-8").partition("# When a person answers")

    file.write_text(f"{named}\n[hours]\nsunday = []\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="no day"):
        load_shop(folder)
    file.write_text(named, encoding="utf-8")

    assert "around the clock" in load_shop(folder).wordings["en"].answers["hours"]
    assert ("Asia/Taipei", True) == ((calendar := load_shop(folder, time_zone="Asia/Taipei").calendar).zone, calendar.always)


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "faq.en.toml").unlink()

    with pytest.raises(SettingsError, match=r"faq\.en\.toml"):
        load_shop(folder)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("{shop}", "{shp}"), "greeting"),
        (("offer = ", "ofer = "), "ofer"),
        (('thanks = "', 'thanks = "{order} '), "thanks"),
        (("{order}", "{order"), "order_phone"),
        (("shipped = ", "sent = "), "sent"),
    ],
)
def test_a_wrong_sentence_of_ours_is_refused_with_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], named: str
) -> None:
    shutil.copytree(OUR_TEXTS, tmp_path, dirs_exist_ok=True)
    english = tmp_path / "en.toml"
    body = english.read_text(encoding="utf-8")
    head, mark, tail = body.partition("[say]")
    english.write_text(head + mark + tail.replace(*change, 1), encoding="utf-8")
    monkeypatch.setattr(wording, "OUR_TEXTS", tmp_path)

    with pytest.raises(SettingsError) as refused:
        load_shop(SHOP)

    assert "en.toml" in str(refused.value)
    assert named in str(refused.value)


@pytest.mark.parametrize(("language", "name"), [("vi", "Tiệm Mây"), ("en", "Tiem May"), ("zh-TW", "雲朵小舖")])
def test_the_shops_name_stands_where_it_belongs(language: str, name: str) -> None:
    assert name in shop().wordings[language].say.greeting


def test_labels_are_short_enough_for_every_channels_button() -> None:
    labels = [label for texts in shop().wordings.values() for label in (texts.label.order, texts.label.delivery, texts.label.person)]

    assert max(len(label) for label in labels) <= 20


def test_folding_makes_two_spellings_one() -> None:
    composed, apart = "Đặt hàng Ở đâu", "Đa\u0323\u0306t ha\u0300ng O\u031b\u0309 đa\u0302u"

    assert "dat hang o dau" == plain(composed) == plain(apart)
    assert "đặt hàng ở đâu" == marked(composed) == marked(apart)
    assert fold("ＳＴＯＰ！") == "stop!"


def test_the_language_is_told_by_letters_then_by_words() -> None:
    languages: Languages = shop().languages

    assert [languages.by_letters(words) for words in ("đâu", "哪裡", "where", "1 € …")] == ["vi", "zh-TW", "", ""]
    assert [languages.by_words(words) for words in ("cho minh hoi", "how is it", "zzz")] == ["vi", "en", ""]
