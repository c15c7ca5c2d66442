"""The example project works, as its README and its own tests say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from simulator import pytest_plugin
from tests.runs import ROOT, python
from tests.test_docs import broken_links, command_lines, wrong_words

WORKERS = ROOT / "examples" / "workers"
SCENARIOS = sorted(path.name for path in WORKERS.glob("*.yaml"))


def test_its_own_tests_pass() -> None:
    options = ["-q", "-p", "no:cacheprovider", "-p", pytest_plugin.__name__]
    done = python("-m", "pytest", *options, cwd=WORKERS, timeout=280)
    assert done.returncode == 0, done.stdout
    assert "9 passed" in done.stdout


@pytest.mark.parametrize("path", sorted(WORKERS.glob("workers/*.py")), ids=lambda path: path.name)
def test_its_agents_know_nothing_of_the_simulator(path: Path) -> None:
    imports = [
        getattr(node, "module", None) or node.names[0].name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert imports
    assert [name for name in imports if name.startswith("simulator")] == []


def test_its_ci_runs_every_scenario() -> None:
    workflow = yaml.safe_load((WORKERS / ".github/workflows/presence.yml").read_text("utf-8"))
    (job,) = workflow["jobs"].values()
    steps = "\n".join(step.get("run", "") for step in job["steps"])
    assert f"simulator check {' '.join(SCENARIOS)}" in steps
    assert f"for name in {' '.join(name.removesuffix('.yaml') for name in SCENARIOS)}" in steps
    lines = re.findall(r"simulator (?:run|check) [^|\n]*", steps)
    assert len(lines) == 2
    assert [wrong_words(line) for line in lines] == [[], []]


def test_its_readme_leads_somewhere() -> None:
    page = WORKERS / "README.md"
    text = page.read_text("utf-8")
    assert broken_links(page, text) == []
    lines = list(command_lines(text))
    assert len(lines) >= 2
    assert [wrong_words(line) for line in lines] == [[]] * len(lines)
    assert "at: 5800ms, crash:" in text
    assert re.search(r"at: 5800ms, crash:.*\n", text).group() in (  # type: ignore[union-attr]
        WORKERS / "power_cut.yaml"
    ).read_text("utf-8")
