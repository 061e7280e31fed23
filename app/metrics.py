"""/metrics, for Prometheus: what the live engine does, read when asked."""

from collections.abc import Awaitable, Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from app.live import LiveEngine
from realtime.connection import LiveConnection


class _Live(Collector):
    def __init__(self, live: LiveEngine) -> None:
        self._live = live

    def collect(self) -> Iterator[Metric]:
        counters = self._live.hub.counters
        yield GaugeMetricFamily("leitai_sockets", "Open, signed-in WebSockets.", len(self._live.sockets))
        if self._live.redis is not None:
            yield GaugeMetricFamily(
                "leitai_hint_path_up", "1 while hints travel through Redis.", int(self._live.redis.up)
            )
        yield GaugeMetricFamily("leitai_boards_watched", "Boards with at least one subscriber.", self._live.hub.watched)
        for name, text, value in (
            ("leitai_board_loads", "Boards loaded from the database.", counters.loads),
            ("leitai_executions", "Frames executed and encoded.", counters.executions),
            ("leitai_shared_executions", "Of these, for all who share a view.", counters.shared_executions),
            ("leitai_frames", "Frames written to sockets.", counters.frames),
            (
                "leitai_conflated_frames",
                "Frames replaced by a newer one before a slow socket took them.",
                counters.conflated,
            ),
            ("leitai_aborted_sockets", "Sockets aborted because they took nothing.", LiveConnection.aborted),
            (
                "leitai_hints_dropped",
                "Hints not sent; the poll brings what they would have told.",
                self._live.backplane.dropped,
            ),
        ):
            yield CounterMetricFamily(name, text, value)


def endpoint(live: LiveEngine) -> Callable[[Request], Awaitable[Response]]:
    registry = CollectorRegistry()
    registry.register(_Live(live))

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return metrics
