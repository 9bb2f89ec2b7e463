"""Prometheus metrics of one process, read off the events that it commits.

Names follow https://prometheus.io/docs/practices/naming/. Labels are bounded: every value is a word of ours, a route
template or an error code; never an id, a name that somebody chose, or text. docs/OBSERVABILITY.md lists them all.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from agent_sdk.contracts.events import Event
from agent_sdk.contracts.run import TERMINAL, RunStatus, StopReason

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
"""Of what `Metrics.render` returns."""
ERROR_CODES_COUNT_MAX: Final = 200
"""Error codes that get a series of their own; plugins may bring codes without end."""
OTHER: Final = "other"
"""The label of what is not one of the words that are known."""

_LATENCY_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_COMMIT_BUCKETS_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_BATCH_BUCKETS_EVENTS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_STOP_REASONS: Final = frozenset(get_args(StopReason))
_LIVE: Final = tuple([status for status in get_args(RunStatus) if status not in TERMINAL])
_TOKEN_KINDS: Final = ("input", "output", "cache_read", "cache_write", "reasoning")
_STATUS_AFTER: Final[Mapping[str, RunStatus]] = {
    "run.queued": "queued",
    "run.started": "running",
    "run.resumed": "running",
    "run.paused": "paused",
    "run.retrying": "retrying",
    "run.completed": "completed",
    "run.failed": "failed",
    "run.canceled": "canceled",
}
DropReason = Literal["queue_full", "failed"]


class Metrics:
    """Counts; every method is safe on any thread but `observe_event`, which belongs to the event loop."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        counter = partial(Counter, namespace="agent_sdk", registry=registry)
        gauge = partial(Gauge, namespace="agent_sdk", registry=registry)
        histogram = partial(Histogram, namespace="agent_sdk", registry=registry, buckets=_LATENCY_BUCKETS_S)
        runs = gauge("runs", "Runs that have not ended, by status.", ["status"])
        self._runs = {status: runs.labels(status) for status in _LIVE}
        self._runs_ended = counter("runs_ended", "Runs that ended.", ["status", "stop_reason"])
        self._step = histogram("step_duration_seconds", "A model call and its tool calls.")
        self._first_token = histogram("first_token_seconds", "From a model request to its first token.")
        tool = histogram("tool_duration_seconds", "An execution of a tool, by how it ended.", ["outcome"])
        self._tool = {name: tool.labels(name) for name in ("completed", "failed", "canceled")}
        tokens = counter("tokens", "Tokens of models; input and output hold the other kinds.", ["kind"])
        self._tokens = [(f"{kind}_tokens", tokens.labels(kind)) for kind in _TOKEN_KINDS]
        self._cost = counter("cost_usd", "US dollars for model requests whose price is known.")
        self._errors = counter("errors", "Errors, by what they ended and by their code.", ["source", "code"])
        self._queue_depth = gauge("queue_depth", "Runs that wait for a worker.")
        self.open_streams = gauge("open_streams", "Readers that follow a run over HTTP.")
        """`inc()` where a stream of events opens, `dec()` where it closes."""
        self._batch = histogram(
            "commit_batch_events", "Events that one commit wrote.", buckets=_BATCH_BUCKETS_EVENTS
        )
        self._commit = histogram(
            "commit_duration_seconds", "One commit of events.", buckets=_COMMIT_BUCKETS_S
        )
        self._requests = counter("http_requests", "Requests answered.", ["route", "method", "status"])
        self._request = histogram(
            "http_request_duration_seconds", "From a request to the start of its answer.", ["route", "method"]
        )
        dropped = counter("export_dropped_events", "Events that an exporter never got, by why.", ["reason"])
        self._dropped = {reason: dropped.labels(reason) for reason in get_args(DropReason)}
        self._status_of: dict[str, RunStatus] = {}
        self._codes: set[str] = set()
        self._observers: Mapping[str, Callable[[Event], None]] = {
            **dict.fromkeys(_STATUS_AFTER, self._observe_run),
            **dict.fromkeys(("step.completed", "step.failed", "step.canceled"), self._observe_step),
            **dict.fromkeys(("tool.completed", "tool.failed", "tool.canceled"), self._observe_tool),
            "message.failed": self._observe_error,
        }

    def set_runs(self, statuses: Mapping[str, RunStatus]) -> None:
        """Take the status of every run that has not ended, by id, as the store has it when the process starts."""
        self._status_of = {run: status for run, status in statuses.items() if status not in TERMINAL}
        counted = list(self._status_of.values())
        for status, gauge in self._runs.items():
            gauge.set(counted.count(status))

    def observe_event(self, event: Event) -> None:
        """Count one committed event. Deltas, which are most events, cost one look into a dictionary."""
        observe = self._observers.get(event.type)
        if observe is not None:
            observe(event)

    def observe_commit(self, events: int, seconds: float) -> None:
        """Count one commit of so many events."""
        self._batch.observe(events)
        self._commit.observe(seconds)

    def observe_http(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request.

        Args:
            route: Template of the route that answered, `/v1/runs/{run_id}`; one constant word where none did.
            method: As the client sent it.
            status: HTTP status code.
            seconds: Until the answer began: a stream may take hours after that.
        """
        method = method if method in _METHODS else OTHER
        self._requests.labels(route, method, str(status)).inc()
        self._request.labels(route, method).observe(seconds)

    def count_dropped(self, events: int, reason: DropReason) -> None:
        """Count events that an exporter did not get."""
        self._dropped[reason].inc(events)

    def set_queue_depth(self, runs: int) -> None:
        """Say how many runs wait for a worker."""
        self._queue_depth.set(runs)

    def render(self) -> bytes:
        """All of it in Prometheus' text format (`CONTENT_TYPE`)."""
        return generate_latest(self._registry)

    def _observe_run(self, event: Event) -> None:
        before, after = self._status_of.get(event.run_id), _STATUS_AFTER[event.type]
        if before is not None:
            self._runs[before].dec()
        if after in TERMINAL:
            self._status_of.pop(event.run_id, None)
            reason = event.data["stop_reason"]
            self._runs_ended.labels(after, reason if reason in _STOP_REASONS else OTHER).inc()
        else:
            self._status_of[event.run_id] = after
            self._runs[after].inc()
        self._observe_error(event)

    def _observe_step(self, event: Event) -> None:
        data = event.data
        if event.type == "step.completed":
            self._step.observe(data["latency_ms"] / 1000)
        first_token_ms = data.get("first_token_ms")
        if first_token_ms is not None:
            self._first_token.observe(first_token_ms / 1000)
        self._observe_usage(data.get("usage") or {})
        self._observe_error(event)

    def _observe_usage(self, usage: Mapping[str, Any]) -> None:
        for field, counter in self._tokens:
            count = usage.get(field)
            if count:
                counter.inc(count)
        cost = usage.get("cost_usd")
        if cost is not None:
            self._cost.inc(float(cost))

    def _observe_tool(self, event: Event) -> None:
        self._tool[event.type.removeprefix("tool.")].observe(event.data["duration_ms"] / 1000)
        self._observe_error(event)

    def _observe_error(self, event: Event) -> None:
        error = event.data.get("error")
        if not error:
            return
        code = str(error["code"])
        if code not in self._codes:
            if len(self._codes) >= ERROR_CODES_COUNT_MAX:
                code = OTHER
            self._codes.add(code)
        self._errors.labels(event.type.partition(".")[0], code).inc()
