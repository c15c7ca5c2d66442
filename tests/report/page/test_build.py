"""The HTML report: built from real runs, opened in a real browser."""

from __future__ import annotations

import html.parser
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from simulator.analysis.run import Run
from simulator.report.page import build_page
from simulator.report.page.tables import tables_of
from tests.browser import ARGUMENTS, browser, chromium
from tests.runs import run_text

HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"
SCENARIO = f"""
    name: "Hostile <b>texts</b>"
    question: Does "a status" stay text?
    seed: 1
    populations:
      a: {{count: 3, on_subscribe: approve, presence: {{status: "{HOSTILE}"}}}}
    subscriptions: [{{graph: {{generator: complete_graph}}, among: a, mutual: true}}]
    timeline: [{{at: 2s, who: a, do: set_presence, show: dnd}}]
    run: {{duration: 4s}}
    expect:
      - {{figure: outcomes.ok, equals: 3}}
      - {{figure: outcomes.failed, equals: 1}}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_text(SCENARIO, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(run: Run) -> str:
    return build_page([run])


def test_a_run_with_a_fault_has_a_table_of_what_it_did(tmp_path: Path) -> None:
    fault = "faults: [{at: 3s, crash: {who: a-0, restart_after: 1s}}]"
    run = run_text(f"{SCENARIO.replace('run: {', fault + chr(10) + '    run: {')}", tmp_path)
    table = tables_of(run)[0]
    assert (table.name, table.total) == ("faults", 1)
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert (row["fault"], row["begin_s"], row["agents"], row["unrecovered"]) == ("crash", 3.0, 1, 0)
    recovery = row["recovery_max_s"]
    assert isinstance(recovery, float)
    assert 1 < recovery == round(recovery, 3)


class Outline(html.parser.HTMLParser):
    """Element names, and the links, sources and ids of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.references: list[str] = []
        self.ids: list[str] = []
        self.images_without_text = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        values = dict(attrs)
        self.references += [str(values[key]) for key in ("href", "src") if key in values]
        self.ids += [str(values["id"])] if "id" in values else []
        self.images_without_text += tag == "img" and not values.get("alt")


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


def test_the_answer_comes_first_with_its_evidence(page: str) -> None:
    answer = page[page.index('id="answer"') : page.index('id="pictures"')]
    assert "FAIL" in answer
    assert "outcomes.failed equals 1" in answer
    assert "propagation latency" in answer


def test_the_page_needs_nothing_from_outside(page: str) -> None:
    found = outline(page)
    assert all(re.match(r"#|data:image/svg\+xml;base64,", link) for link in found.references)
    assert "default-src 'none'" in page
    assert len(page) < 5_000_000


def test_texts_of_agents_and_scenarios_are_only_text(page: str) -> None:
    assert HOSTILE not in page
    assert "<b>texts" not in page
    assert outline(page).elements.count("script") == page.count("</script>")


def test_the_page_can_be_used_without_a_mouse_and_without_eyes(page: str) -> None:
    found = outline(page)
    assert found.images_without_text == 0
    assert "main" in found.elements
    assert '<html lang="en">' in page
    assert len(found.ids) == len(set(found.ids))
    targets = {link[1:] for link in found.references if link.startswith("#")}
    assert targets <= set(found.ids)
    assert page.count("<caption") >= 2


def test_tables_hold_the_rows_of_the_run(run: Run, page: str) -> None:
    found = re.search(r'id="data-rosters">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    table = json.loads(found.group(1))
    assert table["columns"] == run.rosters().columns
    assert len(table["rows"]) == 6


@pytest.mark.parametrize("content", ["null", "[]", "{", "{}"])
def test_a_damaged_run_json_takes_nothing_from_the_report(
    run: Run, tmp_path: Path, content: str
) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "copy")
    (folder / "run.json").write_text(content)
    assert "simulator run scenario.yaml --seed 1" in build_page([Run(folder)])


def test_several_runs_stand_side_by_side(run: Run, tmp_path: Path) -> None:
    other = run_text(SCENARIO, tmp_path, seed=2)
    page = build_page([run, other])
    assert "Side by side" in page
    assert page.count("data:image/svg+xml;base64,") == 2 * 7
    assert 'id="rosters"' not in page


def rendered(page: str, folder: Path) -> str:
    """The document as Chromium holds it after the page's scripts ran."""
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    arguments = [*ARGUMENTS, "--virtual-time-budget=5000"]
    done = subprocess.run(
        [chromium(), *arguments, f"--user-data-dir={folder}/profile", "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def test_a_browser_shows_the_tables_and_runs_nothing_of_the_agents(
    page: str, tmp_path: Path
) -> None:
    document = rendered(page, tmp_path)
    assert "6 of 6 rows, page 1 of 1" in document
    assert 'aria-sort="none"' in document
    assert "<title>Hostile &lt;b&gt;texts&lt;/b&gt;: simulator report</title>" in document
    assert "onerror=alert" not in re.sub(r"&lt;img src=x onerror=alert\(1\)", "", document)


def test_sorting_and_filtering_change_what_is_shown(page: str, tmp_path: Path) -> None:
    probe = """<script>
      const place = document.querySelector('[data-table=rosters]');
      const filter = place.querySelector('input');
      filter.value = 'a-0'; filter.dispatchEvent(new Event('input'));
      document.body.dataset.filtered = place.querySelector('[role=status]').textContent;
      filter.value = ''; filter.dispatchEvent(new Event('input'));
      const header = place.querySelector('th button');
      header.click(); header.click();
      document.body.dataset.first = place.querySelector('tbody td').textContent;
      document.body.dataset.sorted = place.querySelector('th').getAttribute('aria-sort');
    </script>"""
    document = rendered(page.replace("</body>", probe + "</body>"), tmp_path)
    assert 'data-filtered="4 of 6 rows, page 1 of 1"' in document
    assert 'data-first="a-2"' in document
    assert 'data-sorted="descending"' in document


def test_the_run_is_called_as_its_scenario_and_several_by_their_folders(
    run: Run, page: str, tmp_path: Path
) -> None:
    answer = page[page.index('id="answer"') : page.index('id="pictures"')]
    assert "Hostile &lt;b&gt;texts&lt;/b&gt;: 3 agents" in answer
    other = run_text(SCENARIO, tmp_path, seed=2)
    assert f"{other.folder.name}: 3 agents" in build_page([run, other])


def test_keys_of_the_replay_are_not_those_of_the_report(page: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    with browser(tmp_path) as tab:
        tab.open(file, "document.querySelector('.replay').dataset.ready")
        tab.run("replay.go(0)")
        tab.press(".")
        assert tab.run("replay.shared.t") == 0
        tab.run("document.querySelector('[data-r=graph]').focus()")
        tab.press(".")
        assert tab.run("replay.shared.t") > 0
