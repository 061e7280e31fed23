"""One measurement: what a delivered frame costs a server, and whether every socket got every version."""

import time
from dataclasses import dataclass, field

from contenders import Contender
from crowd import Crowd, CrowdFailed

WARM_UP = 5


@dataclass(frozen=True)
class Window:
    """The changes made before one crowd."""

    cpu: float
    frames: int
    bytes: int
    counted: dict[str, int]
    late_by: list[float]
    first_frame: str


@dataclass(frozen=True)
class Sample:
    """One run of one contender: many subscribers against one."""

    contender: str
    microseconds: float
    bytes_per_frame: float
    cpu_many: float
    cpu_one: float
    median_late: float
    p99_late: float
    counted: dict[str, int] = field(default_factory=dict)
    first_frame: str = field(default="", repr=False)


class PromiseBroken(Exception):
    """A socket missed a version, or a server worked more than once for a change."""


def measure(contender: Contender, *, subscribers: int, changes: int, beat: float) -> Sample:
    """Warm the server up with the large crowd first, so that neither window pays for it."""
    url = contender.start()
    try:
        many = watch(contender, url, subscribers, changes, beat)
        rest(contender)
        one = watch(contender, url, 1, changes, beat)
    finally:
        contender.stop()
    late = sorted(many.late_by)
    return Sample(
        contender=contender.name,
        microseconds=(many.cpu - one.cpu) / (many.frames - one.frames) * 1e6,
        bytes_per_frame=many.bytes / many.frames,
        cpu_many=many.cpu,
        cpu_one=one.cpu,
        median_late=late[len(late) // 2],
        p99_late=late[int(len(late) * 0.99)],
        counted=many.counted,
        first_frame=many.first_frame,
    )


def watch(contender: Contender, url: str, subscribers: int, changes: int, beat: float) -> Window:
    """Make one change after the other: each once every socket has the one before, no faster than the beat."""
    with Crowd() as crowd:
        first_frame = crowd.connect(url, contender.subscriptions(subscribers))
        rest(contender)
        for i in range(WARM_UP):
            step(contender, crowd, i, beat)
        crowd.mark()
        counted, cpu = contender.counters(), contender.cpu_seconds()
        late_by: list[float] = []
        newest = 0
        for i in range(WARM_UP, WARM_UP + changes):
            newest, late = step(contender, crowd, i, beat)
            late_by += late
        cpu = contender.cpu_seconds() - cpu
        counted = {name: value - counted[name] for name, value in contender.counters().items()}
        told = crowd.report()
        hold(contender, told, counted, changes)
        if newest != contender.version():
            raise PromiseBroken(f"{contender.name}: every socket has {newest}, the server has {contender.version()}")
        return Window(cpu, told["frames"], told["bytes"], counted, late_by, first_frame)


def step(contender: Contender, crowd: Crowd, i: int, beat: float) -> tuple[int, list[float]]:
    started = time.monotonic()
    contender.change(i)
    version, late_by = crowd.reached(started)
    time.sleep(max(0.0, started + beat - time.monotonic()))
    return version, late_by


def hold(contender: Contender, told: dict[str, int], counted: dict[str, int], changes: int) -> None:
    """Refuse numbers that were bought by leaving something out."""
    if not told["fewest"] == told["most"] == changes:
        raise PromiseBroken(f"{contender.name}: {told['fewest']} to {told['most']} versions for {changes} changes")
    if told["backwards"]:
        raise PromiseBroken(f"{contender.name}: a version went back {told['backwards']} times")
    if counted and counted["loads"] != changes:
        raise PromiseBroken(f"{contender.name}: {counted['loads']} loads for {changes} changes")
    if counted and counted["executions"] > changes:
        raise PromiseBroken(f"{contender.name}: {counted['executions']} executions for {changes} changes")


def rest(contender: Contender) -> None:
    """Wait until what is not measured, joining and leaving, is over."""
    for _ in range(60):
        before = contender.cpu_seconds()
        time.sleep(0.5)
        if contender.cpu_seconds() - before < 0.02:
            return
    raise CrowdFailed(f"{contender.name} does not come to rest")
