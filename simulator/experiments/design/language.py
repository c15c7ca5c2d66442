"""The language of experiment files: which scenario, what varies, how often, and what must hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator
from pydantic.json_schema import JsonSchemaValue

from simulator.scenario.language.durations import Period
from simulator.scenario.language.expected_figures import FigureExpectation, FigureName
from simulator.scenario.language.schema import Scenario
from simulator.scenario.language.words import (
    ByKeys,
    Flag,
    Natural,
    OrOneItem,
    Positive,
    Share,
    Text,
    Words,
    wrong,
)
from simulator.scenario.source import Source

MOST_RUNS = 1_000_000


class Range(Words):
    """Values from one to another, evenly apart.

    Whole numbers, numbers, durations or shares. Between whole numbers all values are whole.
    """

    start: object = Field(alias="from", description="The first value.")
    to: object = Field(description="The last value.")
    step: object = Field(None, description="From one value to the next.")
    points: Positive | None = Field(None, description="How many values, in the place of `step`.")
    scale: Literal["linear", "log"] = Field(
        "linear", description="log: each value is the one before times the same factor."
    )

    @model_validator(mode="after")
    def _one_measure(self) -> Range:
        if (self.step is None) == (self.points is None):
            raise wrong("a range needs `step` or `points`", "one of them")
        if self.step is not None and self.scale == "log":
            raise wrong("`step` does not go with `scale: log`", "`points`", key="step")
        return self


class Span(Words):
    """Where samples lie: between two numbers, durations or shares.

    Between whole numbers samples are whole.
    """

    start: object = Field(alias="from", description="The lower end.")
    to: object = Field(description="The upper end.")
    scale: Literal["linear", "log"] = Field(
        "linear", description="log: as many samples from 1 to 10 as from 10 to 100."
    )


Values = Annotated[Annotated[tuple[object, ...], Field(min_length=1)] | Range, ByKeys()]
Varied = Annotated[dict[Text, Values], Field(min_length=1)]
Sampled = Annotated[dict[Text, Span], Field(min_length=1)]


class Grid(Words):
    """Every value of each with every value of the others."""

    grid: Varied = Field(
        description="A value of the scenario by its path, such as populations.member.count, or "
        "backend; and its values."
    )


class Zipped(Words):
    """The first values together, then the second ones, and so on."""

    zip: Varied = Field(description="As for grid; all have the same number of values.")


class Cases(Words):
    """Cases by name; each sets any values of the scenario."""

    cases: dict[Text, dict[Text, object]] = Field(
        min_length=1, description="Name of a case, and the values that it sets, by their paths."
    )
    column: Text = Field("case", min_length=1, description="The name of the table's column.")


class LatinHypercube(Words):
    """A Latin hypercube sample: each value's range is covered evenly."""

    latin_hypercube: Sampled = Field(description="A value by its path, and where its samples lie.")
    samples: Positive = Field(le=MOST_RUNS, description="How many points.")


def _power_of_two(value: int) -> int:
    if value & (value - 1):
        raise wrong(f"{value} is not a power of 2", "a power of 2, such as 16 or 64")
    return value


class Sobol(Words):
    """A Sobol sample: a quasi-random sequence that fills space evenly."""

    sobol: Sampled = Field(description="A value by its path, and where its samples lie.")
    samples: Annotated[Positive, AfterValidator(_power_of_two)] = Field(
        le=MOST_RUNS, description="How many points, a power of 2."
    )
    indices: Flag = Field(
        False,
        description="Whether Sobol indices are wanted: of d values, there are d + 2 times as many "
        "points.",
    )


Design = Annotated[Grid | Zipped | Cases | LatinHypercube | Sobol, ByKeys()]


class Precision(Words):
    """A figure is known precisely."""

    figure: FigureName = Field(description="The figure, by its name.")
    interval: Share = Field(
        gt=0, description="How far the 95 % interval of its mean may reach to either side of it."
    )


class Until(Words):
    """As many runs of each point as are needed, and no more."""

    until: Annotated[Literal["decided"] | Precision, ByKeys()] = Field(
        description="decided: each expectation of the experiment passes or fails. Or a figure and "
        "how precisely its mean must be known."
    )
    at_most: Positive = Field(
        500, le=MOST_RUNS, description="The runs of a point end here at the latest."
    )
    at_least: Positive = Field(
        10, description="Runs before the first look; each look after it has half as many more."
    )


class _OverRuns(Words):
    share: Share = Field(1.0, alias="in", description="In which share of a point's runs.")
    confidence: Share = Field(
        0.95, gt=0, lt=1, description="The confidence of the share's interval, by Clopper-Pearson."
    )


class FigureOverRuns(FigureExpectation, _OverRuns):
    """A figure lies within limits in a share of the runs."""


class VerdictOverRuns(_OverRuns):
    """The runs' own verdict is pass in a share of the runs."""

    verdict: Literal["pass"] = Field(description="pass.")


OverRuns = Annotated[FigureOverRuns | VerdictOverRuns, ByKeys()]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


Replications = Annotated[Annotated[Positive, Field(le=MOST_RUNS)] | Until, ByKeys()]


class Experiment(Words):
    """An experiment: many runs of a scenario, with other values and other seeds."""

    name: Text | None = Field(
        None, min_length=1, description="A short title; omitted: the scenario's."
    )
    question: Text | None = Field(None, description="The question that the experiment answers.")
    seed: Natural = Field(
        0, le=2**63 - 1, description="Everything random, each run's seed included, is from here."
    )
    seeds: Literal["independent", "common"] = Field(
        "independent",
        description="independent: each run has a seed of its own. common: the first runs of all "
        "points have the same seed, and so on (common random numbers).",
    )
    scenario: Annotated[Text | Scenario, ByKeys()] = Field(
        description="The scenario: its file, seen from this one's folder, or all of it."
    )
    backend: Text = Field("embedded", description="The server to run on, unless it varies.")
    vary: Annotated[tuple[Design, ...], BeforeValidator(_as_list), OrOneItem()] = Field(
        (), description="What varies. Several: every point of one with every point of the others."
    )
    replications: Replications = Field(1, description="How many runs of each point.")
    keep: Literal["none", "failed", "all"] = Field(
        "failed", description="Which runs' folders are kept; failed: those that do not pass."
    )
    curves: Flag = Field(True, description="Whether convergence over time is kept of every run.")
    time_limit: Period | None = Field(
        None, description="A run that takes longer in real time is interrupted: it is unknown."
    )
    expect: tuple[OverRuns, ...] = Field(
        (), description="What must hold over the runs of each point."
    )

    _source: Source = PrivateAttr()

    @model_validator(mode="after")
    def _decides_something(self) -> Experiment:
        until = self.replications.until if isinstance(self.replications, Until) else None
        if until == "decided" and not self.expect:
            raise wrong(
                "`until: decided` has nothing to decide",
                "`expect` at the experiment",
                "replications",
            )
        return self

    @property
    def source(self) -> Source:
        """The document that the experiment was read from."""
        return self._source


def json_schema() -> JsonSchemaValue:
    """The JSON Schema (draft 2020-12) of experiment files, for editors."""
    schema = Experiment.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
