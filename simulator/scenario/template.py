"""A new scenario from a few answers: text with comments, to be changed by hand.

What is here makes text and nothing else; nobody is asked and nothing is written.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from simulator.errors import InputError
from simulator.scenario.language.durations import parse_duration
from simulator.scenario.language.words import nearest

USUAL_DELAY = "200ms"
"""An approval by plain agents takes so long, unless it is said."""
FEWEST = 2
"""A population of one has nobody to watch."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a new scenario is to hold. `graph` is a key of `GRAPHS`, `faults` are of `FAULTS`.

    `agent`: the import path of the agents' class, such as ``my_package.agents:Seller``; without
    one they are plain agents. `approve_delay`: how long they take to approve; empty: as is usual,
    and agents of a class answer themselves.
    """

    name: str = "My agents"
    agents: int = 20
    graph: str = "small-world"
    approve_delay: str = ""
    faults: tuple[str, ...] = ()
    agent: str = ""


GRAPHS: dict[str, tuple[str, Callable[[int], str]]] = {
    "small-world": (
        "neighbours in a ring, and a few far away",
        lambda count: f"generator: watts_strogatz_graph, k: {min(4, count)}, p: 0.1",
    ),
    "star": (
        "one in the middle, the first agent; `n` counts the others",
        lambda count: f"generator: star_graph, n: {count - 1}",
    ),
    "ring": ("two neighbours each", lambda _count: "generator: cycle_graph"),
    "scale-free": (
        "few with many friends, many with few",
        lambda count: f"generator: barabasi_albert_graph, m: {min(2, count - 1)}",
    ),
    "communities": (
        "groups of about eight that know each other well, and others hardly",
        lambda count: (
            f"generator: gaussian_random_partition_graph, s: {min(8, count)}, v: 8,"
            " p_in: 0.7, p_out: 0.02"
        ),
    ),
    "random": (
        "each pair with the same probability",
        lambda count: f"generator: gnp_random_graph, p: {min(1, 6 / count):.4g}",
    ),
    "complete": ("everybody watches everybody", lambda _count: "generator: complete_graph"),
}
"""Name of a graph -> what it is, and what a scenario says of it for so many agents."""

FAULTS: dict[str, tuple[str, Callable[[int], str]]] = {
    "crash": (
        "Some agents die without a goodbye, and are started again.",
        lambda count: f"crash: {{who: {_some(count)}, restart_after: 20s}}",
    ),
    "reset": (
        "Connections are reset; the agents come back by themselves.",
        lambda count: f"reset: {_some(count)}",
    ),
    "black_hole": (
        "Links die and nobody is told: agents find out by their pings, within two minutes.",
        lambda count: f"for: 1min, black_hole: {_some(count)}",
    ),
    "slow": (
        "Links of some agents take a second more.",
        lambda count: f"for: 30s, slow: {{who: {_some(count)}, added: 1s}}",
    ),
    "partition": (
        "The smaller half of the graph is cut off; what was said arrives when it ends.",
        lambda _count: "for: 30s, partition: {communities: 2}",
    ),
    "server_restart": (
        "The server goes down for ten seconds, and keeps the rosters.",
        lambda _count: "for: 10s, server_restart: {rosters: kept}",
    ),
    "server_freeze": (
        "The server says nothing for a while.",
        lambda _count: "for: 10s, server_freeze: {}",
    ),
}
"""Kind of fault -> what it does, and what a scenario says of it for so many agents."""

_CLASS_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")

_FIRST_FAULT, _FROM_FAULT_TO_FAULT = 30, 150
"""Seconds. An agent needs two minutes to find out that its link is dead."""


def _some(count: int) -> str:
    return f"{{sample: {max(1, count // 10)}, of: agent}}"


def write_scenario(answers: Answers) -> str:
    """The text of a scenario file. Raises InputError for answers that cannot be used."""
    check_answers(answers)
    return "\n".join(
        part
        for part in (
            _head(answers),
            _agents(answers),
            _watches(answers),
            _faults(answers),
            _run(answers),
            _expectations(),
        )
        if part
    )


def check_answers(answers: Answers) -> None:
    """Raise InputError for the first answer that cannot be used."""
    if answers.agents < FEWEST:
        raise InputError(f"{answers.agents} agents: expected {FEWEST} or more")
    if answers.graph not in GRAPHS:
        raise InputError(f"no graph {answers.graph!r}: expected {nearest(answers.graph, GRAPHS)}")
    for fault in answers.faults:
        if fault not in FAULTS:
            raise InputError(f"no fault {fault!r}: expected {nearest(fault, FAULTS)}")
    path = answers.agent
    if path and not _CLASS_PATH.fullmatch(path):
        raise InputError(f"{path!r}: expected a module and a class, as my_package.agents:Seller")
    try:
        parse_duration(answers.approve_delay or USUAL_DELAY)
    except PydanticCustomError as error:
        context = error.context or {}
        raise InputError(f"{context['problem']}: expected {context['expected']}") from None


def _written(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def _text(value: str) -> str:
    """A text as YAML, whatever it holds."""
    return json.dumps(value, ensure_ascii=False)


def _head(answers: Answers) -> str:
    return _written(f"""
        # yaml-language-server: $schema=scenario.schema.json
        # simulator schema > scenario.schema.json   lets editors complete and check this file
        # simulator check FILE   says what is wrong with it
        # simulator run FILE     runs it on the embedded server, in virtual time
        name: {_text(answers.name)}
        question: How long until everybody sees everybody they asked for?
        # Everything random is derived from the seed: the same seed gives the same run.
        seed: 1
        """)


def _agents(answers: Answers) -> str:
    approval = (
        f"on_subscribe: {{approve: {{delay: {_text(answers.approve_delay or USUAL_DELAY)}}}}}"
    )
    if not answers.agent:
        return _written(f"""
            populations:
              # The agents are called agent-0, agent-1 and so on. `agent: my_package.agents:Seller`
              # would make them agents of your own class.
              agent:
                count: {answers.agents}
                name: agent-{{index}}
                presence: {{show: chat, status: Working...}}
                # What they do when they are asked for a subscription, and how long that takes.
                {approval}
            """)
    own = "# What they do when they are asked for a subscription, and how long that takes."
    if not answers.approve_delay:
        own = "# If the class does not answer requests for subscriptions itself:"
        approval = f"# {approval}"
    return _written(f"""
        populations:
          # The agents are called agent-0, agent-1 and so on. They have SPADE's own presence
          # manager, as in production.
          agent:
            count: {answers.agents}
            name: agent-{{index}}
            agent: {answers.agent}
            # arguments: {{}}    what the class is made with, by name
            # attributes: {{}}   what is set on each agent before it starts
            {own}
            {approval}
        """)


def _watches(answers: Answers) -> str:
    what, generator = GRAPHS[answers.graph]
    return _written(f"""
        subscriptions:
          # Who asks for whose presence: {what}.
          - graph: {{{generator(answers.agents)}}}
            among: agent
            mutual: true
            at: {{uniform: {{low: 1s, high: 3s}}}}

        timeline:
          # A change that the others are to learn of.
          - {{at: 20s, who: "agent[0]", do: set_presence, show: dnd, status: Busy}}

        network:
          # One way; each piece of data takes its own time.
          latency: {{lognormal: {{median: 20ms, sigma: 0.4}}}}
        """)


def _faults(answers: Answers) -> str:
    lines = []
    for place, fault in enumerate(answers.faults):
        what, terms = FAULTS[fault]
        at = _FIRST_FAULT + place * _FROM_FAULT_TO_FAULT
        lines += [f"  # {what}", f"  - {{at: {at}s, {terms(answers.agents)}}}"]
    return "\n".join(["faults:", *lines, ""]) if lines else ""


def _run(answers: Answers) -> str:
    if not answers.faults:
        return _written("""
            # The run ends when all is done and nothing is wrong any more.
            run: {until: converged, at_most: 2min, settle: 2s}
            """)
    duration = _FIRST_FAULT + len(answers.faults) * _FROM_FAULT_TO_FAULT
    return f"run: {{duration: {duration}s, settle: 5s}}\n"


def _expectations() -> str:
    return _written("""
        # What must hold: the run passes if all of it does. `simulator run` prints every figure.
        expect:
          # Everybody reached the rosters that are declared above,
          - {figure: declared_convergence, equals: 100%}
          # the rosters are what RFC 6121 says they must be after what was done,
          - {figure: roster_convergence, equals: 100%}
          # everybody sees everybody as they are,
          - {figure: availability_convergence, equals: 100%}
          # and no agent's code failed.
          - {figure: outcomes.failed, equals: 0}
        """)
