"""Links of one process through a valve: a test can freeze the process as the store sees it, cut it off, or lose one answer."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from enum import Enum

from hub.model.errors import StoreAway
from hub.store.connections.links import Links, Need
from hub.store.connections.wire import Answer, Arg, ServerError


class Fault(Enum):
    """What happens to one call."""

    FREEZE_BEFORE = "the process freezes before the call leaves it"
    FREEZE_AFTER = "the call is carried out, and the process freezes before it reads the answer"
    LOSE_ANSWER = "the call is carried out, and the connection breaks before the answer"
    LOSE_CALL = "the connection breaks before the call is carried out"
    REFUSE = "the server answers with an error"


class _Ask:
    """One call that has not left the process."""

    def __init__(self, key: str, args: tuple[Arg, ...], need: Need) -> None:
        self.key, self.args, self.need = key, args, need
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        # As the links do: what nobody awaits any more must not complain.
        self.answer.add_done_callback(lambda done: done.cancelled() or done.exception())

    def named(self, word: str) -> bool:
        """Whether this is that function of ours, or that plain command."""
        return (self.args[0] == "FCALL" and str(self.args[1]).startswith(f"hub_{word}_")) or self.args[0] == word


class Valve:
    """Behaves as the links behind it until told otherwise. A frozen process sends nothing and reads nothing; it knows nothing of it."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._faults: list[tuple[str, Fault, int]] = []
        self._unsent: list[_Ask] = []
        self._unread: list[Callable[[], None]] = []
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._cut = False
        self.refused = 0
        """How many calls the server answered with an error."""
        self.struck = asyncio.Event()
        """Set when a fault has happened."""

    # What a test does.

    def freeze(self) -> None:
        """SIGSTOP, as the store sees it."""
        self._thawed.clear()

    @property
    def frozen(self) -> bool:
        """Whether the process stands still."""
        return not self._thawed.is_set()

    def thaw(self) -> None:
        """SIGCONT: reads what came, then sends what was asked for, in their order."""
        self._thawed.set()
        unread, self._unread = self._unread, []
        for read in unread:
            read()
        unsent, self._unsent = self._unsent, []
        for ask in unsent:
            self._send(ask)

    def cut(self) -> None:
        """No connection any more: every call fails at once."""
        self._cut = True

    def mend(self) -> None:
        """The connection is back."""
        self._cut = False

    def on(self, word: str, fault: Fault, *, times: int = 1) -> None:
        """Let that happen to the next calls of a function (or a plain command)."""
        self.struck.clear()
        self._faults.append((word, fault, times))

    # What the process does.

    @property
    def library(self) -> tuple[str, str] | None:
        return self._links.library

    @library.setter
    def library(self, named: tuple[str, str] | None) -> None:
        self._links.library = named

    @property
    def on_state(self) -> Callable[[bool], None] | None:
        return self._links.on_state

    @on_state.setter
    def on_state(self, tell: Callable[[bool], None] | None) -> None:
        self._links.on_state = tell

    @property
    def away(self) -> bool:
        return self._cut or self._links.away

    async def start(self) -> None:
        await self._links.start()

    async def stop(self) -> None:
        self.thaw()
        await self._links.stop()

    def call(self, key: str, *args: Arg, need: Need = Need.PLAIN) -> asyncio.Future[Answer]:
        ask = _Ask(key, args, need)
        self._send(ask)
        return ask.answer

    async def block(self, key: str, *args: Arg, timeout: float) -> Answer:  # noqa: ASYNC109 - the port's signature
        await self._thawed.wait()
        if self._cut:
            raise StoreAway("cut")
        answer = await self._links.block(key, *args, timeout=timeout)
        await self._thawed.wait()
        if self._cut:
            raise StoreAway("cut")
        return answer

    def groups(self, keys: Sequence[str]) -> list[list[str]]:
        return self._links.groups(keys)

    async def each(self, *args: Arg) -> list[Answer]:
        return await self._links.each(*args)

    def scan(self, match: str) -> AsyncGenerator[list[bytes], None]:
        return self._links.scan(match)

    def subscribe(self, channel: str) -> AsyncGenerator[bytes, None]:
        return self._links.subscribe(channel)

    def standby(self, *args: Arg) -> asyncio.Future[Answer]:
        return self._links.standby(*args)

    # Privately.

    def _fault(self, ask: _Ask) -> Fault | None:
        for n, (word, fault, times) in enumerate(self._faults):
            if ask.named(word):
                self._faults[n] = (word, fault, times - 1)
                if times == 1:
                    del self._faults[n]
                return fault
        return None

    def _send(self, ask: _Ask) -> None:
        if not self._thawed.is_set():
            self._unsent.append(ask)
            return
        if self._cut:
            ask.answer.set_exception(StoreAway("cut"))
            return
        fault = self._fault(ask)
        match fault:
            case Fault.LOSE_CALL:
                ask.answer.set_exception(StoreAway("lost on the way there"))
            case Fault.REFUSE:
                ask.answer.set_exception(ServerError("ERR refused by the test"))
            case Fault.FREEZE_BEFORE:
                self.freeze()
                self._unsent.append(ask)
            case _:
                asked = self._links.call(ask.key, *ask.args, need=ask.need)
                asked.add_done_callback(lambda done: self._answered(ask, done, fault))
                return
        self.struck.set()

    def _answered(self, ask: _Ask, done: asyncio.Future[Answer], fault: Fault | None) -> None:
        if fault is Fault.FREEZE_AFTER:
            self.freeze()
        if fault is not None:
            self.struck.set()
        if not done.cancelled() and isinstance(done.exception(), ServerError):
            self.refused += 1
        if fault is Fault.LOSE_ANSWER or self._cut:
            done.cancelled() or done.exception()
            if not ask.answer.done():
                ask.answer.set_exception(StoreAway("lost on the way back"))
        elif not self._thawed.is_set():
            self._unread.append(lambda: _hand_over(done, ask.answer))
        else:
            _hand_over(done, ask.answer)


def _hand_over(done: asyncio.Future[Answer], answer: asyncio.Future[Answer]) -> None:
    if answer.done():
        done.cancelled() or done.exception()
    elif done.cancelled():
        answer.cancel()
    elif error := done.exception():
        answer.set_exception(error)
    else:
        answer.set_result(done.result())
