"""Every key the hub writes, in one place; all keys of a partition share its hash tag, so one function ends a turn on Cluster too."""

import re
from hashlib import blake2b

from hub.model.address import Address
from hub.model.subject import PARTITIONS, customer_subject, partition_of
from hub.model.words import Lane


class PartitionKeys:
    """The fixed keys of one partition and the patterns of its subjects' keys."""

    __slots__ = (
        "_tag",
        "bulk",
        "dead",
        "fence",
        "files",
        "files_tried",
        "files_wanted",
        "inbox",
        "journal",
        "number",
        "out",
        "out_bulk",
        "relay",
        "spooling",
        "stop",
        "timers",
        "trimmed",
        "trying",
    )

    def __init__(self, prefix: str, number: int) -> None:
        tag = f"{prefix}{{p{number:02d}}}"
        self._tag = tag
        self.number = number
        self.inbox = f"{tag}:in"
        self.bulk = f"{tag}:in:bulk"
        self.out = f"{tag}:out"
        self.out_bulk = f"{tag}:out:bulk"
        self.relay = f"{tag}:relay"
        self.timers = f"{tag}:timers"
        self.journal = f"{tag}:journal"
        self.trimmed = f"{tag}:trimmed"
        self.fence = f"{tag}:fence"
        self.trying = f"{tag}:trying"
        self.dead = f"{tag}:dead"
        self.stop = f"{tag}:stop"
        self.spooling = f"{tag}:spooling"
        self.files = f"{tag}:files"
        self.files_wanted = f"{tag}:files:wanted"
        self.files_tried = f"{tag}:files:tried"

    def lane(self, lane: Lane) -> str:
        """The mailbox stream of a lane."""
        return self.bulk if lane is Lane.BULK else self.inbox

    def record(self, customer: str) -> str:
        """The customer's record: 16 hex digits of revision, then msgpack."""
        return f"{self._tag}:customer:{customer}"

    def log(self, customer: str) -> str:
        """The newest timeline entries of a customer, a list of msgpack."""
        return f"{self._tag}:log:{customer}"

    def open(self, customer: str) -> str:
        """A customer's deliveries that have not ended: delivery id → `state|voice|mark`."""
        return f"{self._tag}:open:{customer}"

    def owner(self, conversation: str) -> str:
        """The owner epoch of a conversation, small and by itself."""
        return f"{self._tag}:owner:{conversation}"

    def delivery(self, delivery: str) -> str:
        """A delivery: hash of s(tate), b(lob), m(ark), x(ternal ids), a(ttempts), nb (not before, ms), r(eason), c(ode), f(ailure)."""
        return f"{self._tag}:delivery:{delivery}"

    def external(self, address: Address, external_id: str) -> str:
        """A provider's message id → delivery id, for the receipts to come."""
        return f"{self._tag}:external:{address.channel}:{address.account}:{address.id}:{external_id}"

    def held(self, channel: str, account: str) -> str:
        """Deliveries that an account cannot take now, in order."""
        return f"{self._tag}:held:{channel}:{account}"

    def answer(self, event: str) -> str:
        """What became of a claim, for whoever asks by the event's id (EX 300)."""
        return f"{self._tag}:answer:{event}"

    def erasing(self, customer: str) -> str:
        """Where a customer's traces were, for as long as erasing them is not finished."""
        return f"{self._tag}:erasing:{customer}"

    def seen(self, day: int) -> str:
        """Digests of what was taken on that day (days since 1970)."""
        return f"{self._tag}:seen:{day}"


_OURS = re.compile(r"alerts:\{|hub:|\{p\d\d\}:|address:|bucket:|gesture:|calls:\{|cases:\{|chat:\{|home:|pass:|token:\{")
_PASSING = re.compile(
    r"alerts:\{all\}:(?:lease|machines)$|hub:(?:workers|partitions|spooling|indexing|session:|setup$)|\{p\d\d\}:spooling$|bucket:|gesture:|calls:\{|pass:|token:\{[^}]*\}:lock$"
)


class Keys:
    """All keys of one hub. `prefix` (HUB_PREFIX, with its colon) stands before every key: several shops, several prefixes."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.partitions = tuple(PartitionKeys(prefix, n) for n in range(PARTITIONS))
        self.meta = f"{prefix}hub:meta"
        self.workers = f"{prefix}hub:workers"
        self.holders = f"{prefix}hub:partitions"
        self.spooling = f"{prefix}hub:spooling"
        self.news = f"{prefix}hub:news"
        self.queue = f"{prefix}hub:queue"
        self.users = f"{prefix}hub:users"
        self.journeys = f"{prefix}hub:journeys"
        self.journey_versions = f"{prefix}hub:journeys:versions"
        self.accounts = f"{prefix}hub:accounts"
        self.setup = f"{prefix}hub:setup"
        self.open = f"{prefix}hub:open"
        self.resolved = f"{prefix}hub:resolved"
        self.comments = f"{prefix}hub:comments"
        self.agents = f"{prefix}hub:agents"
        self.indexing = f"{prefix}hub:indexing"
        self.signals = f"{prefix}hub:signals"

        alerts = f"{prefix}alerts:{{all}}"
        self.alerts = f"{alerts}:book"
        self.alerts_lease = f"{alerts}:lease"
        self.alerts_machines = f"{alerts}:machines"
        self.alerts_rhythms = f"{alerts}:rhythms"
        self.alerts_known = f"{alerts}:known"
        self.alerts_enforced = f"{alerts}:enforced"

    def lasting(self, key: str) -> str | None:
        """A key's name without the prefix, where it is this hub's and tells more than who is at work just now; else None."""
        name = key.removeprefix(self.prefix)
        ours = key.startswith(self.prefix) and _OURS.match(name) and not _PASSING.match(name)
        return name if ours else None

    def of_customer(self, customer: str) -> PartitionKeys:
        """The keys of the partition in which the customer's mailbox lies."""
        return self.partitions[partition_of(customer_subject(customer))]

    def of_subject(self, subject: str) -> PartitionKeys:
        """The keys of the partition in which the subject's mailbox lies."""
        return self.partitions[partition_of(subject)]

    def mine(self, agent: str) -> str:
        """The open conversations an agent has, by when they got them; `agents` names all who ever had one."""
        return f"{self.prefix}hub:mine:{agent}"

    def address(self, address: Address) -> str:
        """Address → customer: created once, never repointed."""
        return f"{self.prefix}address:{address}"

    def session(self, digest: str) -> str:
        """A browser signed in, by the digest of its cookie's token: who reads the store cannot sign in with what is there."""
        return f"{self.prefix}hub:session:{digest}"

    def bucket(self, channel: str, account: str, recipient: str = "") -> str:
        """The token bucket of an account, or of one recipient on it."""
        return f"{self.prefix}bucket:{channel}:{account}:{recipient}"

    def gestures(self, address: Address) -> tuple[str, str]:
        """That typing was shown there a moment ago (PX), and a digest of the last message marked as read (PX)."""
        name = blake2b(str(address).encode(), digest_size=12).hexdigest()
        return f"{self.prefix}gesture:{{{name}}}:typing", f"{self.prefix}gesture:{{{name}}}:read"

    def cases(self, channel: str, account: str) -> str:
        """The kept webhooks of an account that were not understood: case id by time received (ms)."""
        return f"{self.prefix}cases:{{{channel}:{account}}}:index"

    def case(self, channel: str, account: str, case: str) -> str:
        """One kept webhook, sealed (EX 7 d)."""
        return f"{self.prefix}cases:{{{channel}:{account}}}:{case}"

    def token(self, channel: str, account: str) -> tuple[str, str]:
        """An account's newest token, sealed, and who renews it just now (PX)."""
        tag = f"{self.prefix}token:{{{channel}:{account}}}"
        return tag, f"{tag}:lock"

    def calls(self, channel: str, account: str) -> str:
        """An account's exchanges with its provider, a stream."""
        return f"{self.prefix}calls:{{{channel}:{account}}}:all"

    def calls_failed(self, channel: str, account: str) -> str:
        """Those that failed, once more: what goes well in between does not push them out."""
        return f"{self.prefix}calls:{{{channel}:{account}}}:failed"

    def calls_standing(self, channel: str, account: str) -> str:
        """When a call last went well and last failed: hash of well, failed (ms), failure, code, status."""
        return f"{self.prefix}calls:{{{channel}:{account}}}:standing"

    def pause(self, channel: str, account: str) -> str:
        """Until when an account rests, for all processes (PX)."""
        return f"{self.prefix}calls:{{{channel}:{account}}}:pause"

    def calls_counted(self, channel: str, account: str, number: int) -> str:
        """Calls and failures of ten minutes (their number since 1970): hash of n, f; o, e of those out to it; i webhooks taken."""
        return f"{self.prefix}calls:{{{channel}:{account}}}:{number}"

    def chat(self, address: Address) -> tuple[str, str]:
        """A web chat session's log and the set of keys already in it."""
        tag = f"{self.prefix}chat:{{{address.account}:{address.id}}}"
        return f"{tag}:log", f"{tag}:keys"

    def chat_user(self, address: Address) -> str:
        """Who is signed in in a web chat session: hash of user (the shop's id), told (a digest of traits), `pass:` and a link each."""
        return f"{self.prefix}chat:{{{address.account}:{address.id}}}:user"

    def home(self, user: Address) -> str:
        """The web chat session in which a customer of the shop was last signed in."""
        return f"{self.prefix}home:{user}"

    def onward(self, token: str) -> tuple[str, str]:
        """Whose session a link leads on from (EX 900), and from which address it was opened first (a digest)."""
        return f"{self.prefix}pass:{{{token}}}", f"{self.prefix}pass:{{{token}}}:by"
