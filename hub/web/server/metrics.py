"""The counters as Prometheus reads them: rendered when asked for, so that counting costs nothing."""

from collections.abc import Callable, Iterator, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from hub.engine.counters import Counters
from hub.model.alerts.alert import AlertKind, Severity
from hub.web.http.headers import JSON_HEADERS

_BY_CHANNEL = {
    "webhooks": ("outcome", "Webhook requests by channel and outcome."),
    "sends": ("outcome", "Send attempts by channel and outcome."),
    "failures": ("failure", "Calls of a provider that failed, by channel and what it meant (docs/outcomes.md)."),
    "gestures": ("outcome", "Typing signs and read marks that were to be shown, by channel and outcome."),
    "waits": ("whose", "Seconds providers told us to wait, by channel, of one address or of the whole account."),
}
_PLAIN = {
    "duplicates": "Repeats of events that were dropped.",
    "strays": "Receipts, reactions and corrections from addresses that are nobody's: dropped.",
    "unparsed": "Signed webhooks that were not understood and kept.",
    "spooled": "Events that went to the local spool.",
    "late": "Events drained from a spool, marked late.",
    "turns": "Turns taken and committed.",
    "commits": "Commit calls.",
    "fenced": "Writes refused because another worker owns the partition.",
    "timers": "Timers fired.",
    "relayed": "Events carried to other mailboxes.",
    "retries": "Deliveries put back after a refusal that may pass.",
    "judged_again": "Marketing deliveries sent back to the gate at the mark.",
    "loops": "Conversations in which the bot fell silent before a machine that answers it.",
    "dead": "Entries given up.",
}


class HubCollector(Collector):
    """Turns counters and gauges into metrics named `<prefix>hub_…`. `gauges`: name → what it is now (partitions owned, spool depth).

    `alerts`: (kind, severity) → how many are open; a kind of which none is open is told as 0.
    """

    def __init__(
        self,
        counters: Counters,
        *,
        gauges: Mapping[str, Callable[[], float]],
        alerts: Callable[[], Mapping[tuple[str, str], int]] = dict,
        prefix: str = "",
    ) -> None:
        self._counters = counters
        self._alerts = alerts
        self._gauges = gauges
        self._prefix = "".join(c if c.isalnum() else "_" for c in prefix)

    def collect(self) -> Iterator[Metric]:
        """Everything as it is now."""
        for name, (label, words) in _BY_CHANNEL.items():
            family = CounterMetricFamily(f"{self._prefix}hub_{name}", words, labels=("channel", label))
            for (channel, kind), n in dict(getattr(self._counters, name)).items():
                family.add_metric((channel, kind), n)
            yield family
        for name, words in _PLAIN.items():
            yield CounterMetricFamily(f"{self._prefix}hub_{name}", words, value=getattr(self._counters, name))
        yield self._open()
        for name, value in self._gauges.items():
            yield GaugeMetricFamily(f"{self._prefix}hub_{name}", name.replace("_", " ").capitalize() + " now.", value=value())

    def _open(self) -> Metric:
        family = GaugeMetricFamily(
            f"{self._prefix}hub_alerts", "Alerts open now, as GET /api/alerts tells them.", labels=("kind", "severity")
        )
        found = self._alerts()
        for kind in AlertKind:
            for severity in Severity:
                family.add_metric((kind.value, severity.value), found.get((kind.value, severity.value), 0))
        return family


class Metrics:
    """`/metrics` of an own registry: two hubs in one process do not mix."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def routes(self) -> list[web.RouteDef]:
        """The one page."""
        return [web.get("/metrics", self._page)]

    async def _page(self, request: web.Request) -> web.Response:
        headers = {**JSON_HEADERS, "Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=generate_latest(self._registry), headers=headers)
