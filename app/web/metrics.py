"""/metrics, for Prometheus: what the live engine does, read when asked. Each worker speaks for itself."""

import os
from collections.abc import Awaitable, Callable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from app import garbage
from app.live.engine import LiveEngine
from app.live.event_loop_lag import UNREADY, Pulse
from realtime.live_counts import LATE
from realtime.websocket_protocol import LiveConnection
from resolvers import passwords
from resolvers.accounts import rate_limits

LATENESS = (
    "Time from a change to the last socket of a board, for each change and board. "
    "Subscribers that asked for less than one frame a second, or do not read, are left out. "
    "since=commit: a change by this process, measured from its commit. "
    "since=hint: a change by another process, measured from the hint. "
    "since=poll: a change by another process, measured from the poll that found it, up to 2 s after the commit."
)


class _Live(Collector):
    def __init__(self, live: LiveEngine, pulse: Pulse) -> None:
        self._live, self._pulse = live, pulse

    def collect(self) -> Iterator[Metric]:
        yield from self._gauges()
        yield self._worker()
        yield self._subscriptions()
        yield self._lateness()
        for name, text, value in self._counted():
            yield CounterMetricFamily(f"leitai_{name}", text, value)

    def _gauges(self) -> Iterator[Metric]:
        live, counters = self._live, self._live.hub.counters
        for name, text, value in (
            ("sockets", "Open, signed-in WebSockets.", len(live.sockets)),
            (
                "hint_path_up",
                "1 while hints travel: through Redis, or within the one process. At 0 screens are up to 2 s late.",
                int(live.redis is None or live.redis.up),
            ),
            (
                "database_answers",
                "0 while the database has not answered for 10 s: sockets are closed, and refused until it does.",
                int(not live.contact.lost),
            ),
            ("boards_watched", "Boards with at least one subscriber.", live.hub.watched),
            ("documents_followed", "Different documents of open subscriptions.", live.census.documents),
            (
                "frames_per_execution",
                "The sharing ratio since the start: sockets told by one execution, on average.",
                counters.frames / max(1, counters.executions),
            ),
            (
                "loop_lag_seconds",
                f"How late the event loop was, at worst, within the last {UNREADY:.0f} s.",
                self._pulse.lag,
            ),
        ):
            yield GaugeMetricFamily(f"leitai_{name}", text, value)

    def _worker(self) -> Metric:
        family = GaugeMetricFamily("leitai_worker", "1, with the process that answers.", labels=["pid"])
        family.add_metric([str(os.getpid())], 1)
        return family

    def _subscriptions(self) -> Metric:
        family = GaugeMetricFamily("leitai_subscriptions", "Open subscriptions, by field.", labels=["field"])
        for field, count in sorted(self._live.census.fields.items()):
            family.add_metric([field], count)
        return family

    def _lateness(self) -> Metric:
        family = HistogramMetricFamily("leitai_last_socket_seconds", LATENESS, labels=["since"])
        bounds = [*map(str, LATE), "+Inf"]
        for since, spread in self._live.hub.counters.lateness.items():
            family.add_metric([since], list(zip(bounds, accumulate(spread.counts), strict=True)), spread.total)
        return family

    def _counted(self) -> list[tuple[str, str, int]]:
        live, counters = self._live, self._live.hub.counters
        return [
            ("board_loads", "Boards loaded from the database.", counters.loads),
            ("executions", "Frames executed and encoded.", counters.executions),
            (
                "shared_executions",
                "Of these, for all who may share.",
                counters.shared_executions,
            ),
            ("frames", "Frames written to sockets.", counters.frames),
            ("frame_bytes", "Bytes of them, as they went out: deflated where the peer takes that.", counters.bytes),
            (
                "conflated_frames",
                "Frames replaced by a newer one before a slow socket took them.",
                counters.conflated,
            ),
            ("aborted_sockets", "Sockets aborted because they took nothing.", LiveConnection.aborted),
            ("hints_dropped", "Hints not sent; the poll brings what they would have told.", live.backplane.dropped),
            ("connects", "Tokens that sockets came with.", live.viewers.asked),
            (
                "token_lookups",
                "Of these, looked up in the database.",
                live.viewers.looked_up,
            ),
            ("token_lookup_batches", "In how many goes, of four statements each.", live.viewers.batches),
            ("password_hashes", "Passwords hashed or compared, each some 200 ms of a core.", passwords.spent),
            ("attempts_refused", "Sign-ins and other guesses not heard, because too many failed.", rate_limits.refused),
            ("loop_stalls", "Times that the event loop stood still for seconds.", self._pulse.stalls),
        ]


def endpoint(live: LiveEngine, pulse: Pulse) -> Callable[[Request], Awaitable[Response]]:
    registry = CollectorRegistry()
    registry.register(_Live(live, pulse))
    registry.register(garbage.Told())

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return metrics
