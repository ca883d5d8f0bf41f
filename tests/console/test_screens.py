"""The screens as files: never an old page, never a file asked for twice, nothing of a stranger's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from config.serving.web import SCREENS
from hub.web.server.app import application, serve
from hub.web.server.screens import Screens

SCRIPT = "console.log('a script of some length')" * 50


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[aiohttp.ClientSession]:
    runner, port = await serve(application(Screens(folder).routes()), host="127.0.0.1", port=0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", auto_decompress=False) as http:
        yield http
    await runner.cleanup()


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A small build, served."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "secret.txt").write_text("beside the files")
    (tmp_path / "index.html").write_text("<!doctype html><title>the page</title>")
    (tmp_path / "assets/index-abc.js").write_text(SCRIPT)
    (tmp_path / "assets/index-abc.js.br").write_bytes(b"packed small")
    async with served(tmp_path) as session:
        yield session


async def test_the_page_is_asked_for_anew_each_time_and_runs_nothing_but_our_files(http: aiohttp.ClientSession) -> None:
    async with http.get("/") as answer:
        told = answer.headers
        body = await answer.text()

    assert (200, "text/html", "no-cache") == (answer.status, answer.content_type, told["Cache-Control"])
    assert "the page" in body
    policy = dict(part.strip().split(" ", 1) for part in told["Content-Security-Policy"].split(";"))
    assert {"script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "frame-ancestors": "'none'"}.items() <= policy.items()
    assert ("nosniff", "no-referrer") == (told["X-Content-Type-Options"], told["Referrer-Policy"])


async def test_a_file_is_kept_for_good_and_comes_packed_to_whoever_takes_it(http: aiohttp.ClientSession) -> None:
    async with http.get("/assets/index-abc.js", headers={"Accept-Encoding": "br, gzip"}) as packed:
        small = await packed.read()
    async with http.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"}) as plain:
        whole = await plain.text()

    assert (b"packed small", "br", "application/javascript") == (small, packed.headers["Content-Encoding"], packed.content_type)
    assert SCRIPT == whole
    assert "public, max-age=31536000, immutable" == plain.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/inbox", "/assets/", "/assets/none.js", "/assets/index-abc.js.br", "/assets/..%2Fsecret.txt", "/secret.txt", "/index.html"]
)
async def test_nothing_else_is_there(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path) as answer:
        assert 404 == answer.status


async def test_screens_that_were_never_built_name_the_remedy(tmp_path: Path) -> None:
    async with served(tmp_path) as http, http.get("/") as answer:
        told = await answer.text()

    assert 503 == answer.status
    assert "`make screens`" in told


def test_the_hub_serves_what_the_build_writes() -> None:

    assert (SCREENS / "index.html").is_file(), "run `make screens`"
