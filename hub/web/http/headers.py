"""What every answer to a browser says about how far it may be trusted."""

from types import MappingProxyType

JSON_HEADERS = MappingProxyType({
    "Server": "omnihub",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
})  # fmt: skip
"""For answers that are read by programs: nothing in them may run, be framed or be kept."""

PAGE_HEADERS = MappingProxyType({
    "Server": "omnihub",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; media-src 'self' https:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
})  # fmt: skip
"""For our own pages: scripts and styles come from us as files, never inline."""
