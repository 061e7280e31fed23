"""One measurement: what a delivered frame costs a server, and whether every socket got every version."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from contenders import Contender
from crowd import Crowd, CrowdFailed

WARM_UP = 5
AT_ONCE = 8  # changes of different boards


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
    """One run of one contender: many subscribers against one of each board. whole: the same against a single one, so
    that what every further board costs is in it."""

    contender: str
    microseconds: float
    whole: float
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
        one = watch(contender, url, contender.boards, changes, beat)
        single = one
        if contender.boards > 1:
            rest(contender)
            single = watch(contender, url, 1, changes, beat)
    finally:
        contender.stop()
    late = sorted(many.late_by)
    return Sample(
        contender=contender.name,
        microseconds=(many.cpu - one.cpu) / (many.frames - one.frames) * 1e6,
        whole=(many.cpu - single.cpu) / (many.frames - single.frames) * 1e6,
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
        plans = contender.subscriptions(subscribers)
        first_frame, watched = crowd.connect(url, plans), {plan.board for plan in plans}
        rest(contender)
        for i in range(WARM_UP):
            step(contender, crowd, watched, i, beat)
        crowd.mark()
        counted, cpu = contender.counters(), contender.cpu_seconds()
        late_by: list[float] = []
        newest = 0
        for i in range(WARM_UP, WARM_UP + changes):
            newest, late = step(contender, crowd, watched, i, beat)
            late_by += late
        cpu = contender.cpu_seconds() - cpu
        counted = {name: value - counted[name] for name, value in contender.counters().items()}
        told = crowd.report()
        hold(contender, told, counted, changes, subscribers)
        last = (WARM_UP + changes) * contender.boards - 1
        if subscribers >= contender.boards and newest != contender.version(last):
            raise PromiseBroken(f"{contender.name}: all sockets have {newest}, the server {contender.version(last)}")
        return Window(cpu, told["frames"], told["bytes"], counted, late_by, first_frame)


def step(contender: Contender, crowd: Crowd, watched: set[str], i: int, beat: float) -> tuple[int, list[float]]:
    """Change every board once; return the newest version of the last, and how late every socket was."""
    started = time.monotonic()
    numbers = range(i * contender.boards, (i + 1) * contender.boards)

    def change(number: int) -> float:
        began = time.monotonic()
        contender.change(number)
        return began

    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = list(pool.map(change, numbers))
    newest, late_by = 0, []
    for number, began in zip(numbers, begun, strict=True):
        if contender.board(number) in watched:
            newest, late = crowd.reached(began, contender.board(number))
            late_by += late
    time.sleep(max(0.0, started + beat - time.monotonic()))
    return newest, late_by


def hold(contender: Contender, told: dict[str, int], counted: dict[str, int], changes: int, subscribers: int) -> None:
    """Refuse numbers that were bought by leaving something out."""
    seen = changes * min(contender.boards, subscribers)  # changes of boards that anybody watches
    if not told["fewest"] == told["most"] == changes:
        raise PromiseBroken(f"{contender.name}: {told['fewest']} to {told['most']} versions for {changes} changes")
    if told["backwards"]:
        raise PromiseBroken(f"{contender.name}: a version went back {told['backwards']} times")
    if counted and counted["loads"] != seen:
        raise PromiseBroken(f"{contender.name}: {counted['loads']} loads for {seen} changes")
    if counted and counted["executions"] > (seen if contender.shares else seen * subscribers):
        raise PromiseBroken(f"{contender.name}: {counted['executions']} executions for {seen} changes")


def rest(contender: Contender) -> None:
    """Wait until what is not measured, joining and leaving, is over."""
    for _ in range(60):
        before = contender.cpu_seconds()
        time.sleep(0.5)
        if contender.cpu_seconds() - before < 0.02:
            return
    raise CrowdFailed(f"{contender.name} does not come to rest")
