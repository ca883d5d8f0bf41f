"""Asking the world before a turn decides: the shop, the archive, the store. Late answers count as unknown."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from hub.model.channels.ports import Answer, Question

log = structlog.get_logger()
DEADLINE_S = 2.0


class Asking:
    """Answers the questions of turns by topic, within a deadline; what fails or is late stays unanswered."""

    def __init__(self, answerers: Mapping[str, Answer], *, deadline: float = DEADLINE_S) -> None:
        self._answerers = answerers
        self._deadline = deadline
        self._hurry: dict[str, asyncio.Event] = {}

    async def ask(self, customer: str, questions: Sequence[Question]) -> dict[str, str]:
        """`topic/key` → JSON text, for what was answered in time; `give_up(customer)` ends the wait."""
        hurry = self._hurry[customer] = asyncio.Event()
        tasks = {f"{q.topic}/{q.key}": asyncio.create_task(self._one(q)) for q in dict.fromkeys(questions)}
        waiter = asyncio.create_task(hurry.wait())
        try:
            await self._until(set(tasks.values()), waiter)
            return {name: answer for name, task in tasks.items() if task.done() and (answer := task.result()) is not None}
        finally:
            for task in (waiter, *tasks.values()):
                task.cancel()
            self._hurry.pop(customer, None)

    def give_up(self, customer: str) -> None:
        """Somebody is waiting behind these questions: decide without them."""
        hurry = self._hurry.get(customer)
        if hurry:
            hurry.set()

    async def _until(self, pending: set[asyncio.Task[str | None]], waiter: asyncio.Task[bool]) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._deadline
        while pending and not waiter.done() and loop.time() < end:
            done, _ = await asyncio.wait({*pending, waiter}, timeout=end - loop.time(), return_when=asyncio.FIRST_COMPLETED)
            pending -= done

    async def _one(self, question: Question) -> str | None:
        answer = self._answerers.get(question.topic)
        if answer is None:
            log.warning("nobody answers this topic", topic=question.topic)
            return None
        try:
            return await answer(question.key)
        except Exception as error:  # noqa: BLE001 - see below
            # Foreign systems fail in every way there is; the turn is told "unknown" and the customer an honest sentence.
            log.warning("question failed", topic=question.topic, error=type(error).__name__)
            return None
