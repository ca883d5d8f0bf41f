"""The console's screens as the browser gets them: one page that is asked for anew each time, and files whose names tell their content."""

from pathlib import Path

from aiohttp import web

from hub.web.http.headers import PAGE_HEADERS

_MISSING = (
    "The screens are not built: run `make screens` in the project's folder (it needs Node, and brings one), then open this page again.\n"
)
_FOREVER = "public, max-age=31536000, immutable"


class Screens:
    """Serves `/` and `/assets/…` from the folder that the build writes. No decisions, no session: what is shown comes from the API."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def routes(self) -> list[web.RouteDef]:
        """The page and its files; the screens' own ways lie behind `/#/`, so no other path is theirs."""
        return [web.get("/", self.page), web.get("/assets/{name:[A-Za-z0-9_.-]+}", self.file)]

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """The page. 503 with the remedy where the screens were never built."""
        path = self._folder / "index.html"
        if not path.is_file():
            return web.Response(status=503, text=_MISSING, headers={**PAGE_HEADERS, "Cache-Control": "no-store"})
        return web.FileResponse(path, headers={**PAGE_HEADERS, "Cache-Control": "no-cache"})

    async def file(self, request: web.Request) -> web.StreamResponse:
        """One file, packed as the browser takes it: the build lays a `.br` and a `.gz` beside each."""
        path = self._folder / "assets" / request.match_info["name"]
        if path.suffix in {".br", ".gz"} or not path.is_file():
            return web.Response(status=404, text="There is nothing here.\n", headers={**PAGE_HEADERS, "Cache-Control": "no-store"})
        return web.FileResponse(path, headers={**PAGE_HEADERS, "Cache-Control": _FOREVER})
