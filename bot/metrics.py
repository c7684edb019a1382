"""`/metrics` for Prometheus on loopback, read from the store at each scrape: no counter that a restart would lose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.health import Health


@contextmanager
def serving_metrics(address: str, health: Callable[[], Health]) -> Iterator[None]:
    """Serves until the block ends. Raises OSError where the port is taken."""
    from prometheus_client import CollectorRegistry, start_http_server

    host, _, port = address.rpartition(":")
    registry = CollectorRegistry()
    registry.register(_Figures(health))
    server, thread = start_http_server(int(port), host.strip("[]"), registry)
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


class _Figures:
    """What Prometheus asks for; each scrape is one look at the store."""

    def __init__(self, health: Callable[[], Health]) -> None:
        self._health = health

    def describe(self) -> list[Any]:
        # Nothing is promised beforehand, so that registering does not open the store.
        return []

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        health = self._health()
        yield GaugeMetricFamily("repwatch_open_alerts", "Alerts whose clock runs", value=health.open_alerts)
        yield GaugeMetricFamily(
            "repwatch_overdue_alerts", "Open alerts past their answer-by time", value=health.overdue
        )
        outbox = GaugeMetricFamily("repwatch_outbox", "Messages by state", labels=["state"])
        for state, count in health.outbox.items():
            outbox.add_metric([state.value], count)
        yield outbox
        steps = GaugeMetricFamily(
            "repwatch_step_last_good_timestamp_seconds", "End of the last good run", labels=["step"]
        )
        for step, good in health.good_runs.items():
            steps.add_metric([step], good.ended_at.timestamp())
        yield steps
        yield from _of_sources(health)


def _of_sources(health: Health) -> Iterator[Any]:
    from prometheus_client.core import GaugeMetricFamily

    last = GaugeMetricFamily(
        "repwatch_crawl_last_good_timestamp_seconds", "End of the last good crawl", labels=["entry"]
    )
    for entry, crawl in health.good_crawls.items():
        last.add_metric([entry], crawl.ended_at.timestamp())
    yield last
    status = GaugeMetricFamily("repwatch_crawl_status", "1 for how the last crawl went", labels=["entry", "status"])
    for entry, crawl in health.crawls.items():
        status.add_metric([entry, crawl.status.value], 1)
    yield status
