"""The same scenario and seed give the same journal byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simulator.agents.installed import installed
from simulator.journal.file import FILE_NAME
from tests.runs import ROOT, command

SCENARIOS = ("two_agents", "karate_club", "unapproved")


def journal(scenario: str, out: Path, **environment: str) -> bytes:
    done = command(
        "run", ROOT / "scenarios" / f"{scenario}.yaml", "--out", out, cwd=None, **environment
    )
    assert done.returncode in (0, 1), done.stderr
    return (out / FILE_NAME).read_bytes()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_hash_seed_does_not_matter(scenario: str, tmp_path: Path) -> None:
    journals = {
        journal(scenario, tmp_path / seed, PYTHONHASHSEED=seed) for seed in ("0", "1", "random")
    }
    assert len(journals) == 1


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_journal_is_the_one_that_is_kept_for_every_python(
    scenario: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each Python compares with the same file, so they agree with each other."""
    generation = installed().name.lower().replace(" ", "-")
    kept = ROOT / "tests" / "data" / "journals" / generation / f"{scenario}.jsonl"
    written = journal(scenario, tmp_path / "run")
    if request.config.getoption("--update-journals"):
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(tmp_path / "run" / FILE_NAME, kept)
    assert written == kept.read_bytes(), (
        "the journal differs from the one in tests/data/journals; if that is meant, run "
        "pytest tests/test_determinism.py --update-journals and look at the difference"
    )
