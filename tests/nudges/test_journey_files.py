"""Journeys as files: the sample is right, and each mistake is told with its line, field and remedy."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.rules.journeys import FOLDER, load_journeys, read_journey
from hub.model.errors import SettingsError
from hub.nudges.journey import Send

SAMPLE = (FOLDER / "cart-recovery.yaml").read_text()


def mistakes(place: Path, text: str) -> list[str]:
    """What is told of a file with that content."""
    file = place / "j.yaml"
    file.write_text(text)
    return [mistake.told("j.yaml") for mistake in read_journey(file)[1]]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("version: 1", "version: x", "j.yaml:3: version: give a number from 1 to 1e+06."),
        ("state: live", "state: maybe", "j.yaml:4: state: give live or off."),
        ("state: live", "stat: live", "j.yaml:4: stat: there is no such key; write state if you meant that."),
        ("event: Cart Abandoned", "event: Cart Left", "j.yaml:11: enter.event: give Cart Abandoned."),
        ("again_after: 7 d", "again_after: a week", "j.yaml:13: enter.again_after: give a time like 30 min, 22 h or 7 d."),
        ("exits: [ordered,", "exits: [bought,", "j.yaml:15: exits[0]: give ordered or emptied or opted_out or replied."),
        ("holdout: 10 %", "holdout: 80 %", "j.yaml:22: holdout: give a number from 0 to 50 %."),
        ("for: 30 min", "fro: 30 min", "j.yaml:27: steps[0].fro: there is no such key; write for if you meant that."),
        ("since_entry: 22 h", "next: end", "j.yaml:48: steps[2]: say how long by one of for, since_entry or until."),
        ("then: tonight", "then: tomorrow", "the answer cart:tonight leads to tomorrow; name a step, dialog, stop or end."),
        ('until: "20:00"', 'until: "25:00"', "steps[4].until: give an hour of the customer's day like 20:00."),
        ("wait: day", "wait: pause", "there are two steps pause; give one of them another name."),
        ("{total} in all", "{sum} in all", "{sum} is no variable; known are count, first_item, items, link, name, shop, total."),
        ('      zh-TW: "依您', '      ja: "依您', "there is no text in zh-TW, a language of the title; add it."),
        ("purpose: marketing", "purpose: marketing\npurpose: marketing", "j.yaml:19: purpose: this key stands here twice; keep one."),
        ("journey: cart-recovery", "journey: [", "this is not YAML:"),
    ],
)
def test_a_mistake_is_told_with_line_field_and_remedy(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SAMPLE

    found = mistakes(tmp_path, SAMPLE.replace(old, new, 1))

    assert any(told in one for one in found), found


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    found = mistakes(tmp_path, SAMPLE.replace("state: live", "state: maybe").replace("holdout: 10 %", "holdout: x").replace("22 h", "soon"))

    assert [4, 22, 50] == [int(one.split(":")[1]) for one in found]


def test_the_sample_is_right_in_three_languages() -> None:
    journey = load_journeys(None)["cart-recovery"]

    sends = [step for step in journey.steps if isinstance(step, Send)]
    assert ["first", "second", "evening"] == [step.id for step in sends]
    assert all({"en", "vi", "zh-TW"} == set(step.text) for step in sends)
    assert "!" not in SAMPLE.replace("!!", "")


def test_settings_may_set_the_group_that_gets_nothing_for_all_journeys() -> None:
    assert [0.0] == [journey.holdout for journey in load_journeys(None, holdout=0.0).values()]


def test_a_wrong_file_stops_the_hub_with_its_first_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SAMPLE.replace("state: live", "state: maybe").replace("holdout: 10 %", "holdout: x"))

    with pytest.raises(SettingsError, match=r"a\.yaml:4: state: give live or off\. \(1 more"):
        load_journeys(tmp_path)


@given(st.text(max_size=200), st.integers(0, len(SAMPLE)), st.integers(0, 60))
def test_no_content_breaks_the_reading(tmp_path_factory: pytest.TempPathFactory, text: str, at: int, length: int) -> None:
    place = tmp_path_factory.mktemp("j")

    for content in (text, SAMPLE[:at] + text + SAMPLE[at + length :]):
        file = place / "j.yaml"
        file.write_bytes(content.encode("utf-8", "surrogatepass"))
        journey, wrong = read_journey(file)
        assert (journey is None) == bool(wrong)
