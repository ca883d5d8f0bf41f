"""Judging a run: what was promised, counted on the evidence. Pure: the same evidence gives the same verdict."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from hub.model.turns.journal import TurnTaken
from sandbox.plain import Taken
from tests.chaos.agents import Desked, Silence
from tests.chaos.blows import Struck
from tests.chaos.evidence import Evidence, Move, spoken_id
from tests.chaos.plan import Plan, Topology

IN_FLIGHT_BEFORE_S = 2.0
"""How long before a blow the first byte of a call may have left that was still in flight when it fell."""

IN_FLIGHT_AFTER_S = 3.0
"""And after its end: a thawed or mended process may still be on its way to notice."""

_ENDED_WELL = frozenset({"sent", "delivered", "read"})
_ENDED_FOR_A_REASON = frozenset({"draft", "withdrawn", "unknown"})
_BOT = frozenset({"bot", "nudge"})


class Verdict(Struct):
    """`broken`: each broken promise in a sentence; `counts`: what was seen."""

    broken: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def breach(self, what: str, names: Sequence[str] | set[str]) -> None:
        """Note a broken promise, with a few names."""
        if names:
            some = ", ".join(sorted(names)[:4])
            self.broken.append(f"{what}: {len(names)} ({some})")


def judge(plan: Plan, evidence: Evidence, *, accepted: Mapping[str, Sequence[str]], desked: Desked, struck: Sequence[Struck]) -> Verdict:
    """All checks of one run."""
    verdict = Verdict(broken=list(desked.wrong))
    _words(verdict, evidence, accepted)
    _turns(verdict, evidence)
    _deliveries(verdict, evidence)
    _order_outside(verdict, evidence)
    _doubles(verdict, evidence, plan=plan, struck=struck)
    _silences(verdict, evidence, desked.silences)
    _nudges(verdict, evidence, desked.nudges)
    if evidence.dead != plan.poison:
        verdict.broken.append(f"given up: {evidence.dead} entries, {plan.poison} were poison")
    verdict.counts["dead"] = evidence.dead
    return verdict


def _words(verdict: Verdict, evidence: Evidence, accepted: Mapping[str, Sequence[str]]) -> None:
    """Each accepted word is in exactly one turn, in its customer's order; late ones (a dead process's spool) only exactly once."""
    taken: defaultdict[str, list[str]] = defaultdict(list)
    late: set[str] = set()
    for turn in evidence.turns:
        word = spoken_id(turn.event)
        if word and turn.event.address:
            taken[turn.event.address.id].append(word)
            if turn.event.late:
                late.add(word)
    told = {chat: list(words) for chat, words in accepted.items()}
    times = Counter(word for words in taken.values() for word in words)
    all_told = {word for words in told.values() for word in words}
    verdict.breach("words lost", all_told - times.keys())
    verdict.breach("words taken that nobody was told of", times.keys() - all_told)
    verdict.breach("words taken twice", {word for word, count in times.items() if count > 1})
    bent = set()
    for chat, words in told.items():
        expected = [w for w in words if w not in late]
        if [w for w in dict.fromkeys(taken[chat]) if w not in late and w in set(words)] != [w for w in expected if w in times]:
            bent.add(chat)
    verdict.breach("customers whose words are out of order", bent)
    verdict.counts.update(words=len(all_told), late=len(late))


def _turns(verdict: Verdict, evidence: Evidence) -> None:
    """Every entry is taken once, every event at most once, and the revisions of a record have no gap and no twin."""
    entries = Counter(turn.entry for turn in evidence.turns)
    events = Counter((turn.customer, turn.event.id) for turn in evidence.turns)
    verdict.breach("entries taken twice", {entry for entry, count in entries.items() if count > 1})
    verdict.breach("events taken twice", {event for (_, event), count in events.items() if count > 1})
    revisions: defaultdict[str, list[int]] = defaultdict(list)
    for turn in evidence.turns:
        revisions[turn.customer].append(turn.revision)
    verdict.breach(
        "customers with a gap or a twin among their turns", {c for c, seen in revisions.items() if seen != list(range(len(seen)))}
    )
    verdict.breach("records that are not what their turns made", {c for c, seen in revisions.items() if evidence.revisions[c] != len(seen)})
    verdict.counts["turns"] = len(evidence.turns)


def _deliveries(verdict: Verdict, evidence: Evidence) -> None:
    """Every decided delivery ended: sent and received, or not sent for a reason that was told; nothing else was received."""
    decided = {line.delivery for turn in evidence.turns for line in turn.timeline if line.delivery and line.kind == "message"}
    ends = {move.delivery: move for move in evidence.moves}
    arrived = {taken.id for taken in evidence.received}
    verdict.breach("deliveries without an end", decided - ends.keys())
    verdict.breach("deliveries sent that no turn decided", arrived - decided)
    sent = {id_ for id_, move in ends.items() if move.state in _ENDED_WELL}
    verdict.breach("deliveries called sent that never arrived", sent - arrived)
    odd = {f"{m.delivery} {m.state} {m.reason}" for m in ends.values() if m.state not in _ENDED_WELL and not _excused(m)}
    verdict.breach("deliveries that failed", odd)
    gone = {m.delivery for m in ends.values() if m.state in {"draft", "withdrawn"}}
    verdict.breach("deliveries called never sent that arrived", gone & arrived)
    verdict.counts.update(decided=len(decided), sent=len(sent), received=len(evidence.received))
    for move in ends.values():
        if move.state in _ENDED_FOR_A_REASON:
            verdict.counts[move.state] += 1


def _excused(move: Move) -> bool:
    match move.state:
        case "draft":
            return move.purpose == "reply" and move.origin == "bot"
        case "unknown":
            return move.purpose == "marketing" or move.reason.endswith("an earlier try may have arrived")
        case "withdrawn":
            # What the hub says of the queue is no news once somebody has the conversation.
            return move.reason in {"expired", "judged again"} or (move.origin == "system" and move.reason == "a person took over")
    return False


def _order_outside(verdict: Verdict, evidence: Evidence) -> None:
    """To each address replies arrive in the order of their turns, and so do nudges among themselves."""
    decided: defaultdict[str, list[str]] = defaultdict(list)
    for turn in evidence.turns:
        for line in turn.timeline:
            if line.delivery and line.kind == "message" and line.address:
                decided[line.address.id].append(line.delivery)
    first: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
    for taken in evidence.received:
        lane = first[taken.to, taken.purpose == "marketing"]
        if taken.id not in lane:
            lane.append(taken.id)
    bent = {chat for (chat, _), seen in first.items() if seen != [id_ for id_ in decided[chat] if id_ in set(seen)]}
    verdict.breach("customers who got messages out of order", bent)


def _doubles(verdict: Verdict, evidence: Evidence, *, plan: Plan, struck: Sequence[Struck]) -> None:
    """Received twice: only service, and only what a blow or a fault of the provider's cut off in flight."""
    seen: defaultdict[str, list[Taken]] = defaultdict(list)
    for taken in evidence.received:
        seen[taken.id].append(taken)
    doubled = {id_: all_ for id_, all_ in seen.items() if len(all_) > 1}
    faulty = {trouble.fault.chat for trouble in plan.troubles} - {"*"}
    verdict.breach("marketing received twice", {id_ for id_, all_ in doubled.items() if all_[0].purpose == "marketing"})
    cut_off = {id_ for id_, all_ in doubled.items() if all(_in_flight(t, plan, struck) for t in all_[:-1])}
    failed = {id_ for id_, all_ in doubled.items() if all_[0].to in faulty}
    verdict.breach("received twice though nothing cut it off", doubled.keys() - cut_off - failed)
    verdict.counts.update(doubled=len(doubled), in_flight=len(cut_off))


def _in_flight(taken: Taken, plan: Plan, struck: Sequence[Struck]) -> bool:
    """Whether a blow on whoever sends, or on the store, may have cut this call off."""
    hit = (s for s in struck if s.target not in plan.webs or plan.topology is Topology.EMBEDDED)
    return any(s.begin - IN_FLIGHT_BEFORE_S <= taken.at <= s.end + IN_FLIGHT_AFTER_S for s in hit)


def _silences(verdict: Verdict, evidence: Evidence, silences: Sequence[Silence]) -> None:
    """Between the acknowledgement of a claim and its release no word of the bot and no nudge begins."""
    origins = {move.delivery: move.origin for move in evidence.moves}
    unasked: defaultdict[str, list[Taken]] = defaultdict(list)
    for taken in evidence.received:
        if origins.get(taken.id) in _BOT:
            unasked[taken.to].append(taken)
    seen = [(s, taken) for s in silences for taken in unasked[s.chat] if s.begin < taken.at < s.end]
    # Bytes that lay unread while the stand-in waited for a processor may have come before: those are counted, not blamed.
    late = {f"{taken.id} to {s.chat} {taken.at - s.begin:.3f} s after" for s, taken in seen if taken.earliest > s.begin}
    verdict.breach("sends begun after a claim was acknowledged", late)
    verdict.counts["unsure"] = len(seen) - len(late)
    verdict.counts["claims"] = len(silences)


def _nudges(verdict: Verdict, evidence: Evidence, accepted: set[str]) -> None:
    """Every accepted nudge was judged exactly once by the gate (again only where its mark was refused)."""
    asked = Counter(key for turn in evidence.turns for key in _nudge_key(turn))
    verdict.breach("nudges lost", accepted - asked.keys())
    verdict.breach("nudges judged twice", {key for key, count in asked.items() if count > 1})
    verdict.counts["nudges"] = len(asked)


def _nudge_key(turn: TurnTaken) -> Iterator[str]:
    if turn.event.body.__struct_config__.tag == "nudge":
        yield str(getattr(turn.event.body, "key", ""))
