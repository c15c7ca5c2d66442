"""Nothing is imported before it is needed, and first imports may meet in threads."""

from __future__ import annotations

import signal
from importlib.util import find_spec
from pathlib import Path

import pytest

from simulator.report import plots
from tests.runs import printed, python

LIBRARY = next(name for name in ("aioxmpp", "slixmpp") if find_spec(name))
LOADED = """
import sys
from simulator.cli import application
sys.argv = {arguments!r}
application()
heavy = ("aioxmpp", "slixmpp", "spade", "polars", "matplotlib", "networkx")
print([name for name in heavy if name in sys.modules])
"""


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        (["version"], []),
        (["check", "scenarios/two_agents.yaml"], []),
        (["run", "scenarios/two_agents.yaml", "--out"], [LIBRARY, "spade", "matplotlib"]),
    ],
)
def test_a_command_imports_only_what_it_needs(
    arguments: list[str], loaded: list[str], tmp_path: Path
) -> None:
    if arguments[-1] == "--out":
        arguments = [*arguments, str(tmp_path / "run")]
    script = LOADED.format(arguments=["simulator", *arguments])
    assert printed(script)[-1] == str(loaded)


def test_a_picture_is_a_function_of_the_package() -> None:
    assert plots.plot_graph is plots.PLOTS["graph"]
    with pytest.raises(AttributeError, match="plot_nonsense"):
        plots.plot_nonsense  # noqa: B018


INTERRUPTED = """
import os, signal, sys
from simulator.__main__ import main

class Interrupts:
    def find_spec(self, name, *rest):
        if name == "simulator.cli.application":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
sys.argv = ["simulator", "version"]
main()
"""


def test_an_interrupt_while_a_command_loads_ends_it_without_a_word() -> None:
    done = python("-c", INTERRUPTED)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


IN_THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
import simulator

def run(seed):
    run = simulator.run("scenarios/two_agents.yaml", seed=seed, out=False)
    return run.verdict.value, run.rosters().height, run.records

with ThreadPoolExecutor(4) as pool:
    together = list(pool.map(run, [1, 2, 1, 2]))
print(together == [run(1), run(2)] * 2, together[0][:2])
"""


def test_first_imports_and_runs_in_threads_wait_for_each_other() -> None:
    assert printed(IN_THREADS)[-1] == "True ('pass', 2)"
