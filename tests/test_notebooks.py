"""The notebooks run top to bottom, and say what the committed outputs say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from simulator.servers.local.ejabberd import EjabberdBackend
from simulator.servers.local.prosody import ProsodyBackend
from tests.runs import ROOT, process_environment
from tests.servers.helpers import make_local

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ON_REAL_SERVERS = "compare_servers"
SECONDS_A_CELL = 200

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(cell: Any) -> Iterator[str]:
    """What a cell printed or shows as text; pictures have their size only."""
    for output in cell.outputs:
        yield output.get("text") or output.get("data", {}).get("text/plain", "")


@each_notebook
def test_a_notebook_runs_and_says_what_is_committed(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In whatever folder it is started."""
    if path.stem == ON_REAL_SERVERS:
        for kind in (ProsodyBackend, EjabberdBackend):
            make_local(kind)  # skips or fails where it is not installed
    monkeypatch.setenv("PYTHONPATH", process_environment()["PYTHONPATH"])
    # aioxmpp's source has an escape that Python 3.12 warns of when it compiles it.
    monkeypatch.setenv("PYTHONWARNINGS", "ignore::SyntaxWarning,ignore::DeprecationWarning")
    committed, executed = read(path), read(path)
    NotebookClient(
        executed,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    if path.stem != ON_REAL_SERVERS:  # virtual time repeats exactly
        for one, other in zip(code(committed), code(executed), strict=True):
            assert list(texts(one)) == list(texts(other)), (
                f"the outputs of {path.name} are old: `make notebooks`"
            )


def test_there_are_four_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "compare_servers",
        "find_and_shrink",
        "presence_propagation",
        "two_agents",
    ]


@each_notebook
def test_the_outputs_are_committed_and_clean(path: Path) -> None:
    cells = code(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {
        "stream",
        "execute_result",
        "display_data",
    }
    assert all(output.get("name") != "stderr" for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)
    said = "\n".join(text for cell in cells for text in texts(cell))
    assert not re.search(r"/(tmp|home|root|work)\b|Warning|\d\d:\d\d:\d\d", said)


@each_notebook
def test_a_notebook_uses_the_public_api_only(path: Path) -> None:
    source = "\n".join(cell.source for cell in code(read(path)))
    tree = ast.parse(re.sub(r"^%.*$", "", source, flags=re.M))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {name for name in names if name.startswith("simulator")}
    assert ours <= {"simulator", "simulator.report.plots"}


@each_notebook
def test_the_links_of_a_notebook_lead_somewhere(path: Path) -> None:
    words = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", words)
    assert [link for link in links if not (path.parent / link).exists()] == []
