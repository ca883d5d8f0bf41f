"""A body that is a file: read piece by piece, and no further than one file may go."""

from aiohttp import web
from msgspec import Struct

PIECE = 65_536


class TooLarge(Exception):
    """The body has more bytes than one file may."""


class Broken(Exception):
    """The body is not what its headers say."""


class Upload(Struct, frozen=True):
    """A file as it came."""

    content: bytes


async def read_file(request: web.Request, *, most: int) -> bytes:
    """The body, which is a file; raises TooLarge as soon as that is known, Broken where it does not come whole."""
    if (request.content_length or 0) > most:
        raise TooLarge(f"A file may have {most} bytes.")
    content = bytearray()
    try:
        async for piece in request.content.iter_chunked(PIECE):
            content += piece
            if len(content) > most:
                raise TooLarge(f"A file may have {most} bytes.")
    except (web.RequestPayloadError, ConnectionError) as error:
        raise Broken("The file did not come whole: send it again.") from error
    return bytes(content)
