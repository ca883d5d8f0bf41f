"""What happened how often: plain numbers, so that counting costs nothing and the engine need not know who shows them."""

from collections import defaultdict


class Counters:
    """The counts of one process since its start. Whoever does a thing raises its number; hub.web.server.metrics reads them all.

    `webhooks` and `sends` are kept by (channel kind, outcome), `failures` by (channel kind, failure), `waits` (seconds a provider told
    us to wait) by (channel kind, account or address), `gestures` by (channel kind, which one and its outcome); everything else is one
    number.
    """

    __slots__ = (
        "commits",
        "dead",
        "duplicates",
        "failures",
        "fenced",
        "gestures",
        "judged_again",
        "late",
        "loops",
        "relayed",
        "retries",
        "sends",
        "spooled",
        "strays",
        "timers",
        "turns",
        "unparsed",
        "waits",
        "webhooks",
    )  # fmt: skip

    def __init__(self) -> None:
        self.webhooks: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.sends: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.failures: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.waits: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.gestures: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.duplicates = 0
        self.strays = 0
        self.unparsed = 0
        self.spooled = 0
        self.late = 0
        self.turns = 0
        self.commits = 0
        self.fenced = 0
        self.timers = 0
        self.relayed = 0
        self.retries = 0
        self.judged_again = 0
        self.loops = 0
        self.dead = 0
