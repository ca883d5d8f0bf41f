"""The files of the repository as the architecture tests see them: with or without git, never what is generated."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("hub", "channels", "dialogs", "config", "sandbox")
PYTHON_FOLDERS = (*ROOMS, "tests", "bench", "tools")
NOT_OURS = {"node_modules", "build", "dist", "htmlcov", "__pycache__"}
LEFT_BY_A_HUB = ROOT / "data"
SOURCES = {
    ".css",
    ".html",
    ".ini",
    ".js",
    ".json",
    ".lua",
    ".mako",
    ".md",
    ".py",
    ".sh",
    ".svg",
    ".toml",
    ".ts",
    ".tsx",
    ".txt",
    ".yaml",
    ".yml",
}
WITHOUT_SUFFIX = {"Dockerfile", "Makefile", "NOTICE", ".gitignore", ".dockerignore", "run", "system"}


def sources() -> Iterator[Path]:
    """Every text file somebody wrote (lock files included), in a fixed order."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS and (name == ".ci" or not name.startswith(".")))
        if Path(folder) == LEFT_BY_A_HUB:
            folders.clear()
            continue
        for name in sorted(files):
            path = Path(folder, name)
            if path.suffix in SOURCES | {".lock"} or name in WITHOUT_SUFFIX:
                yield path


def python_files() -> Iterator[Path]:
    """Every Python file of the house, the tests and tools included."""
    return (path for path in sources() if path.suffix == ".py")


def name_of(path: Path) -> str:
    """The path as a reader of a failure wants it: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()
