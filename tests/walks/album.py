"""The tour's album: pictures a walk takes on its way, and the page that tells what is on them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Page

QUALITY = 82
"""Of a WebP picture: letters stay sharp, and a picture of a screen takes a third of a PNG."""


@dataclass(frozen=True)
class Look:
    """How a walk is looked at: language, width and height in px, light or dark."""

    language: str
    width: int
    height: int
    scheme: str

    @property
    def name(self) -> str:
        """As the pictures' names have it."""
        return f"{self.language}-{self.width}-{self.scheme}"

    @property
    def locale(self) -> str:
        """As a browser says it."""
        return {"vi": "vi-VN", "en": "en-US", "zh-TW": "zh-TW"}[self.language]


class Camera(Protocol):
    """What a walk holds in its hand."""

    def take(self, page: Page, name: str, **captions: str) -> None:
        """Keep what the page shows, under a short name, with a caption per language (`vi=`, `en=`)."""
        ...


class NoCamera:
    """For a walk that is only a test."""

    def take(self, page: Page, name: str, **captions: str) -> None:
        """Nothing."""


@dataclass
class Album:
    """Pictures of one walk in one look, in the folder of the tour."""

    folder: Path
    walk: str
    look: Look
    shots: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def take(self, page: Page, name: str, **captions: str) -> None:
        """Keep what the page shows once its letters are there and nothing moves."""
        page.evaluate("document.fonts.ready.then(() => true)")
        page.wait_for_function(
            "document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)"
        )
        wire = page.context.new_cdp_session(page)
        shot = wire.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        wire.detach()
        file = f"{self.walk}-{len(self.shots) + 1:02d}-{name}-{self.look.name}.webp"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / file).write_bytes(base64.b64decode(shot["data"]))
        self.shots.append((file, captions))

    def told(self) -> str:
        """The pictures with their captions, as Markdown."""
        language = self.look.language
        return "\n\n".join(f"{captions[language]}\n\n![{captions[language]}]({file})" for file, captions in self.shots)
