"""A mailbox over IMAP for tests: https://www.rfc-editor.org/rfc/rfc3501, as much of it as a reader of unread letters meets."""

import asyncio
import re
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """Letters by number; `seen` are those somebody marked as read. `fails`: hang up at the next command."""

    user: str
    password: str
    letters: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    logins: int = 0
    fails: bool = False
    port: int = 0
    server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a loopback port."""
        self.server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close."""
        if self.server:
            self.server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"* OK ready\r\n")
            while line := (await reader.readline()).decode().strip():
                tag, _, rest = line.partition(" ")
                if self.fails:
                    self.fails = False
                    break
                writer.write(self._answer(tag, rest))
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _answer(self, tag: str, rest: str) -> bytes:
        words = rest.upper()
        if words.startswith("CAPABILITY"):
            return f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode()
        if words.startswith("LOGIN"):
            right = f'{self.user}" "{self.password}' in rest.replace(f"{self.user} ", f'{self.user}" ')
            self.logins += right
            return f"{tag} {'OK' if right else 'NO [AUTHENTICATIONFAILED]'} done\r\n".encode()
        if words.startswith("SELECT"):
            return f"* {len(self.letters)} EXISTS\r\n* FLAGS (\\Seen)\r\n{tag} OK [READ-WRITE] done\r\n".encode()
        if words.startswith("UID SEARCH"):
            unread = " ".join(str(uid) for uid in sorted(set(self.letters) - self.seen))
            return f"* SEARCH {unread}\r\n{tag} OK done\r\n".encode()
        if words.startswith("UID FETCH"):
            return self._fetched(rest) + f"{tag} OK done\r\n".encode()
        if words.startswith("UID STORE"):
            self.seen |= {int(uid) for uid in rest.split()[2].split(",")}
        return f"{tag} OK done\r\n".encode()

    def _fetched(self, rest: str) -> bytes:
        found = b""
        for uid in (int(uid) for uid in re.findall(r"\d+", rest.split()[2])):
            raw = self.letters[uid]
            found += f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
        return found
