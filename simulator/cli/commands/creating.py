"""``simulator new``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from simulator.errors import InputError
from simulator.journal.folder import file_stem

if TYPE_CHECKING:
    from simulator.scenario.template import Answers

_Answer = TypeVar("_Answer")


def new(
    name: Annotated[str | None, typer.Option(help="A short title.")] = None,
    agent: Annotated[
        str | None,
        typer.Option(help="The class of the agents, such as my_package.agents:Seller."),
    ] = None,
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
    from simulator.scenario.template import FAULTS, GRAPHS, USUAL_DELAY, Answers, write_scenario

    usual = Answers()
    said = "none" if faults is None else " ".join(faults)
    title = _answer("Title", name, usual.name, lambda text: replace(usual, name=text))
    path = _answer(
        "Class of the agents, if you have one",
        *(agent, usual.agent, lambda text: replace(usual, agent=text)),
    )
    answers = Answers(
        name=title,
        agent=path,
        agents=_answer(
            *("How many agents", agents, usual.agents),
            lambda count: replace(usual, agents=count),
        ),
        graph=_answer(
            f"Who watches whom ({', '.join(GRAPHS)})",
            *(graph, usual.graph, lambda text: replace(usual, graph=text)),
        ),
        approve_delay=_answer(
            f"How long an approval takes{' (nothing: their class answers)' if path else ''}",
            *(approve_delay, "" if path else USUAL_DELAY),
            lambda text: replace(usual, approve_delay=text),
        ),
        faults=_words(
            _answer(
                f"Faults ({', '.join(FAULTS)}; or none)",
                *(None if faults is None else said, said),
                lambda text: replace(usual, faults=_words(text)),
            )
        ),
    )
    text = write_scenario(answers)
    _refuse_unusable(text)
    file = out or Path(file_stem(answers.name, "_") or "scenario").with_suffix(".yaml")
    _write(file, text)
    Console().print(Text(f"{file}: written; simulator run {file} runs it"), soft_wrap=True)


def _answer(
    question: str, given: _Answer | None, usual: _Answer, with_it: Callable[[_Answer], Answers]
) -> _Answer:
    """What was given, what somebody at the terminal says, or what is usual.

    Who gives an answer that cannot be used is told why, and asked again. `with_it`: the usual
    answers with this one.
    """
    from simulator.scenario.template import check_answers

    if given is not None:
        return given
    if not sys.stdin.isatty():
        return usual
    while True:
        answer: _Answer = typer.prompt(question, usual, type=type(usual))
        try:
            check_answers(with_it(answer))
        except InputError as error:
            typer.echo(str(error), err=True)
        else:
            return answer


def _words(text: str) -> tuple[str, ...]:
    """The faults in an answer."""
    return tuple(word for word in re.split(r"[,\s]+", text) if word not in ("", "none"))


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
