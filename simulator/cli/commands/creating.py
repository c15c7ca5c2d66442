"""``simulator new``."""
# ruff: noqa: PLC0415  (what a command needs is imported when it is called)

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from simulator.errors import InputError


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
            " server_freeze. May be given several times."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The file; it must not exist.")
    ] = None,
) -> None:
    """Write a commented scenario. On a terminal, what is not given is asked for."""
    from simulator.scenario.template import Answers, write_scenario

    given = {
        "name": name,
        "agents": agents,
        "graph": graph,
        "approve_delay": approve_delay,
        "faults": tuple(faults) if faults is not None else None,
    }
    answers = Answers(**{key: _answer(key, value) for key, value in given.items()})
    text = write_scenario(answers)
    _refuse_unusable(text)
    file = out or Path(_file_name(answers.name))
    _write(file, text)
    Console().print(Text(f"{file}: written; simulator run {file} runs it"), soft_wrap=True)


def _answer(key: str, given: Any) -> Any:
    """What was given, what somebody at the terminal says, or the default."""
    from simulator.scenario.template import FAULTS, GRAPHS, Answers

    default = getattr(Answers(), key)
    if given is not None or not sys.stdin.isatty():
        return default if given is None else given
    if key == "faults":
        words = typer.prompt(f"Faults ({', '.join(FAULTS)}; or none)", "none")
        return tuple(word for word in re.split(r"[,\s]+", words) if word not in ("", "none"))
    questions = {
        "name": "Title",
        "agents": "How many agents",
        "graph": f"Who watches whom ({', '.join(GRAPHS)})",
        "approve_delay": "How long an approval takes",
    }
    return typer.prompt(questions[key], default, type=type(default))


def _refuse_unusable(text: str) -> None:
    """Raise ScenarioError for answers that make no scenario, such as a delay without a unit."""
    from simulator.scenario import build_plan
    from simulator.scenario.reading.loader import parse_scenario

    build_plan(parse_scenario(text, "new scenario", Path.cwd()))


def _file_name(name: str) -> str:
    return (re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40] or "scenario") + ".yaml"


def _write(file: Path, text: str) -> None:
    try:
        with open(file, "x", encoding="utf-8") as new_file:
            new_file.write(text)
    except FileExistsError:
        raise InputError(f"{file}: exists already; give another file with --out") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}") from error
