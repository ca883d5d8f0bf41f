"""The feature matrix of channels/README.md says what the channels declare."""

from pathlib import Path

from config.accounts.kinds import MODULES, kind_of
from config.matrix import PAGE, matrix, with_matrix


async def test_page_says_what_the_channels_declare() -> None:
    table = await matrix()

    assert with_matrix(page(), table) == page()


def page() -> str:
    return Path(PAGE).read_text()


def test_every_kind_of_channel_is_in_it_under_its_own_title() -> None:
    titles = [kind_of(kind).title for kind in MODULES]

    assert len(titles) == len(set(titles))
    assert all(f"| {title} |" in page() for title in titles)
