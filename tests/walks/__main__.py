"""Make the tour anew: `python -m tests.walks [WALK …]` walks in every look and writes docs/tour."""

import sys
import tempfile
from pathlib import Path

from tests.walks.album import Album, Look
from tests.walks.stage import Stage, browser, demo
from tests.walks.tour import WALKS

TOUR = Path(__file__).parents[2] / "docs" / "tour"
LOOKS = (
    Look(language="vi", width=1440, height=900, scheme="light"),
    Look(language="en", width=390, height=844, scheme="light"),
    Look(language="vi", width=390, height=844, scheme="dark"),
    Look(language="en", width=1440, height=900, scheme="dark"),
)
"""Each language, width and scheme beside each other once: four looks instead of eight."""
CROWD = 10_000
TITLES = {
    "customer": {"vi": "Khách hàng", "en": "The customer"},
    "agent": {"vi": "Nhân viên", "en": "The agent"},
    "marketer": {"vi": "Người làm marketing", "en": "The marketer"},
    "phones": {"vi": "Điện thoại của khách", "en": "The customers' phones"},
    "comments": {"vi": "Bình luận dưới bài viết", "en": "Comments under a post"},
    "channels": {"vi": "Kênh", "en": "Channels"},
    "cruel": {"vi": "Dữ liệu ác nghiệt", "en": "Cruel data"},
}


def main(wanted: list[str]) -> int:
    """Walk and write; a walk that fails writes nothing of itself."""
    for walk in wanted or list(WALKS):
        albums = [_walked(walk, look) for look in LOOKS]
        for old in TOUR.glob(f"{walk}-*.webp"):
            old.unlink()
        for album in albums:
            for file in album.folder.glob("*.webp"):
                file.replace(TOUR / file.name)
        for language in ("vi", "en"):
            theirs = [album for album in albums if album.look.language == language]
            _write(walk, language, theirs)
        print(f"{walk}: {sum(len(album.shots) for album in albums)} pictures")
    return 0


def _walked(walk: str, look: Look) -> Album:
    """One walk in one look, in a demo of its own."""
    place = Path(tempfile.mkdtemp(prefix="omnihub-tour-"))
    album = Album(folder=place / "pictures", walk=walk, look=look)
    with demo(place) as running, browser() as chromium:
        stage = Stage(running, chromium, look, crowd=CROWD)
        WALKS[walk](stage, album)
        stage.close()
        assert not stage.complaints, stage.complaints
    return album


def _write(walk: str, language: str, albums: list[Album]) -> None:
    title = TITLES[walk][language]
    parts = [f"# {title}", *(album.told() for album in albums)]
    (TOUR / f"{walk}.{language}.md").write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
