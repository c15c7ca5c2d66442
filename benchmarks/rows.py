"""What is measured, and the bars: a table. A new measurement is a new row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from benchmarks.measuring import Job, Measured, median

Figure = Literal["cpu", "wall", "megabytes", "growth"]

CROWD_SIZE = ("1000", "5000")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the answer: a figure of `job`, or its ratio to that of `against`.

    `growth` is a ratio by itself. `at_most` is the bar, in the figure's unit (s, MB) or as a
    ratio; None where there is none.
    `takes_long`: only measured when it is asked for by its title.
    """

    title: str
    job: Job
    figure: Figure = "cpu"
    against: Job | None = None
    at_most: float | None = None
    takes_long: bool = False

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What has to be measured for this row."""
        return (self.job,) if self.against is None else (self.job, self.against)

    def value(self, measured: Mapping[Job, list[Measured]]) -> float:
        """The figure, a median over the rounds; of a ratio, the median of the rounds' ratios."""
        own = [one[self.figure] for one in measured[self.job]]
        if self.against is None:
            return median(own)
        other = [one[self.figure] for one in measured[self.against]]
        return median([mine / its for mine, its in zip(own, other, strict=True)])

    def is_met(self, measured: Mapping[Job, list[Measured]]) -> bool | None:
        """Whether the bar is met; None where there is none."""
        return None if self.at_most is None else self.value(measured) <= self.at_most


CROWD = Job("crowd", CROWD_SIZE)
PLAIN = Job("plain_crowd", CROWD_SIZE)
RECORDED = Job("recorded_crowd", CROWD_SIZE)
UNRECORDED = Job("unrecorded_crowd", CROWD_SIZE)
IDLE = Job("idle_hour")
BUSY = Job("busy_hour")
QUIET = Job("quiet_runs", ("40",))
WHOLE = Job("whole_command", CROWD_SIZE)
CHURN = Job("hour_of_churn", ("tuned",))
STOCK_CHURN = Job("hour_of_churn", ("stock",))
SWEEPS = "benchmarks.sweeps"
BARE = Job("bare_loop", ("200",), SWEEPS)
SWEPT = Job("swept", ("200", "0"), SWEEPS)
ON_ONE = Job("swept", ("200", "1"), SWEEPS)
ON_TWO = Job("swept", ("200", "2"), SWEEPS)
KARATE = Job("swept_karate", ("1000", "2"), SWEEPS)

ROWS: tuple[Row, ...] = (
    Row("1,000 agents, 5,000 subscriptions: simulator", CROWD),
    Row("1,000 agents, 5,000 subscriptions: plain SPADE", PLAIN),
    Row("simulator / plain SPADE", CROWD, against=PLAIN, at_most=0.55),
    Row("simulator, peak memory", CROWD, "megabytes", at_most=300),
    Row("plain SPADE, peak memory", PLAIN, "megabytes"),
    Row("recording on / off", RECORDED, against=UNRECORDED, at_most=1.10),
    Row("one virtual hour, 200 idle agents with pings", IDLE, at_most=5),
    Row("the same with 7,200 status changes", BUSY, at_most=15),
    Row("one of many runs in memory, 3 agents, 10 s", QUIET, at_most=0.08),
    Row("sweep / the same runs in a bare loop", SWEPT, against=BARE, at_most=1.25),
    Row("sweep on one worker / bare loop", ON_ONE, against=BARE, at_most=1.25),
    Row("sweep on two workers / on one, wall", ON_TWO, "wall", against=ON_ONE, at_most=0.59),
    Row("sweep of 1,000 karate clubs on two workers, a run", KARATE, takes_long=True),
    Row("the same, memory at the end / at first", KARATE, "growth", at_most=1.1, takes_long=True),
    Row("simulator run, file to picture", WHOLE),
    Row("simulator run, peak memory", WHOLE, "megabytes"),
    Row("hour of churn: tuned", CHURN, takes_long=True),
    Row("hour of churn: peak memory", CHURN, "megabytes", takes_long=True),
    Row("hour of churn: tuned / stock", CHURN, against=STOCK_CHURN, at_most=0.67, takes_long=True),
)
