"""Which master holds a key: slots, and the Cluster's own map of them."""

from binascii import crc_hqx
from collections.abc import Sequence

from hub.store.connections.wire import Answer

SLOTS = 16384


def slot_of(key: str) -> int:
    """Find the slot of a key: CRC16 (XMODEM) of its hash tag, else of all of it, mod 16384; redis.io/docs/reference/cluster-spec."""
    start = key.find("{")
    if start >= 0:
        end = key.find("}", start + 1)
        if end > start + 1:
            key = key[start + 1 : end]
    return crc_hqx(key.encode(), 0) % SLOTS


def by_slot(keys: Sequence[str]) -> list[list[str]]:
    """Part keys by slot, in order of first appearance."""
    parted: dict[int, list[str]] = {}
    for key in keys:
        parted.setdefault(slot_of(key), []).append(key)
    return list(parted.values())


def read_slots(reply: Answer, *, asked: str) -> tuple[dict[str, list[range]], frozenset[str]]:
    """Read `CLUSTER SLOTS`: the slots of each master, and all nodes' addresses ("host:port"); `asked` = the host asked."""
    masters: dict[str, list[range]] = {}
    nodes: set[str] = set()
    for entry in reply if isinstance(reply, list) else []:
        match entry:
            case [int(first), int(last), *members]:
                addresses = [_address(member, asked) for member in members]
                nodes.update(addresses)
                masters.setdefault(addresses[0], []).append(range(first, last + 1))
            case _:
                continue
    return masters, frozenset(nodes)


def read_epoch(info: Answer) -> int:
    """Read `CLUSTER INFO`: how new the node's view is; -1 where it sees the Cluster down."""
    told = info.decode() if isinstance(info, bytes) else ""
    fields = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    return int(fields.get("cluster_current_epoch", "0")) if fields.get("cluster_state") == "ok" else -1


def read_redirection(sentence: str, *, asked: str) -> str:
    """Read "MOVED 3999 host:port" or "ASK …": the address; no host means the one that was asked."""
    host, _, port = sentence.split(" ")[2].rpartition(":")
    return f"{host or asked}:{port}"


def _address(member: Answer, asked: str) -> str:
    match member:
        case [bytes(host), int(port), *_]:
            return f"{host.decode() or asked}:{port}"
        case [None, int(port), *_]:
            return f"{asked}:{port}"
        case _:
            return ""
