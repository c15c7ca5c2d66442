"""``simulator new``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from simulator.errors import InputError
from simulator.journal.folder import file_stem

_Answer = TypeVar("_Answer")


def new(
    name: Annotated[str | None, typer.Option(help="A short title.")] = None,
    agents: Annotated[int | None, typer.Option(help="How many agents.")] = None,
    graph: Annotated[
        str | None,
        typer.Option(
            help="Who watches whom: small-world, star, ring, scale-free, communities, random,"
            " complete."
        ),
    ] = None,
    approve_delay: Annotated[
        str | None, typer.Option(help="How long an approval takes, such as 200ms.")
    ] = None,
    faults: Annotated[
        list[str] | None,
        typer.Option(
            help="What goes wrong: crash, reset, black_hole, slow, partition, server_restart,"
            " server_freeze. Repeatable."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The file; it must not exist.")
    ] = None,
) -> None:
    """Write a scenario with comments. On a terminal, you are asked for what you leave out."""
    from simulator.scenario.template import FAULTS, GRAPHS, Answers, write_scenario

    usual = Answers()
    answers = Answers(
        name=_answer("Title", name, usual.name),
        agents=_answer("How many agents", agents, usual.agents),
        graph=_answer(f"Who watches whom ({', '.join(GRAPHS)})", graph, usual.graph),
        approve_delay=_answer("How long an approval takes", approve_delay, usual.approve_delay),
        faults=_answer_faults(f"Faults ({', '.join(FAULTS)}; or none)", faults),
    )
    text = write_scenario(answers)
    _refuse_unusable(text)
    file = out or Path(file_stem(answers.name, "_") or "scenario").with_suffix(".yaml")
    _write(file, text)
    Console().print(Text(f"{file}: written; simulator run {file} runs it"), soft_wrap=True)


def _answer(question: str, given: _Answer | None, usual: _Answer) -> _Answer:
    """What was given, what somebody at the terminal says, or what is usual."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        return usual
    answer: _Answer = typer.prompt(question, usual, type=type(usual))
    return answer


def _answer_faults(question: str, given: list[str] | None) -> tuple[str, ...]:
    if given is not None:
        return tuple(given)
    words = re.split(r"[,\s]+", _answer(question, None, "none"))
    return tuple(word for word in words if word not in ("", "none"))


def _refuse_unusable(text: str) -> None:
    """Raise ScenarioError where the answers are not valid, such as a delay without a unit."""
    from simulator.scenario import build_plan
    from simulator.scenario.reading.loader import parse_scenario

    build_plan(parse_scenario(text, "new scenario", Path.cwd()))


def _write(file: Path, text: str) -> None:
    try:
        with open(file, "x", encoding="utf-8") as new_file:
            new_file.write(text)
    except FileExistsError:
        raise InputError(f"{file}: exists already; give another file with --out") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}") from error
