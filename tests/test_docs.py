"""The documentation is true: its scenarios load, its code runs, its commands and links exist."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import pytest
import typer

from simulator.analysis.tables import Tables
from simulator.cli.application import app
from simulator.journal import folder
from simulator.journal import records as events
from simulator.report.plots import PLOTS
from simulator.scenario import build_plan, json_schema, scenario_from
from simulator.scenario.figures import FAMILIES
from simulator.scenario.language.faults import FAULT_KINDS
from simulator.scenario.reading.yaml_source import parse_yaml
from tests.runs import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def named(page: Path) -> str:
    """A page's path in the repository."""
    return str(page.relative_to(ROOT))


each_page = pytest.mark.parametrize("page", PAGES, ids=named)

# What an example that is only a part of a scenario is completed with.
REST = {
    "name": "example",
    "populations": {"member": {"count": 10}}
    | {name: {} for name in ("seller", "agent1", "agent2")},
}


class Block(NamedTuple):
    """A fenced block: its language, its text, and the comment right above it."""

    language: str
    text: str
    comment: str

    @property
    def file(self) -> str:
        """The name that the page gives to it."""
        return self.comment.removeprefix("file: ") if self.comment.startswith("file: ") else ""


FENCED = re.compile(
    r"(?:^<!-- (?P<comment>.*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S
)


@cache
def blocks(page: Path) -> list[Block]:
    found = FENCED.finditer(page.read_text("utf-8"))
    return [Block(one["language"], one["text"], one["comment"] or "") for one in found]


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the repository's scenarios."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_files(page: Path, target: Path) -> None:
    for block in blocks(page):
        if block.file:
            (target / block.file).write_text(block.text, "utf-8")


# --- scenarios and code ---


@each_page
def test_every_scenario_loads_and_plans(page: Path, workshop: Path) -> None:
    write_files(page, workshop)
    for block in blocks(page):
        if block.language == "yaml" and block.comment != "not a scenario":
            written: Any = parse_yaml(block.text, page.name, workshop).data
            assert build_plan(scenario_from(REST | written, workshop)).agents, block.text


OF_SPADE_3 = ROOT / "docs" / "howto" / "own_agents.md"
"""The page with agents of SPADE 3 in its programs."""


@pytest.mark.parametrize("page", [page for page in PAGES if page != OF_SPADE_3], ids=named)
def test_every_program_runs(page: Path, workshop: Path) -> None:
    run_programs(page, workshop)


def run_programs(page: Path, workshop: Path) -> None:
    write_files(page, workshop)
    for number, block in enumerate(blocks(page)):
        if block.language == "python" and not block.file:
            names: dict[str, Any] = {}
            exec(compile(block.text, f"{page.name}[{number}]", "exec"), names)
            for name, test in names.items():
                if name.startswith("test_"):
                    test(workshop)
    plt.close("all")


def test_the_pages_hold_examples() -> None:
    languages = [block.language for page in PAGES for block in blocks(page)]
    assert languages.count("yaml") >= 15
    assert languages.count("python") >= 6


# --- commands ---

INDENTED = re.compile(r"^    (simulator .*)$", re.M)
INLINE = re.compile(r"`(simulator [^`]*)`")
IN_JOBS = re.compile(r"run: (simulator .*)$", re.M)


def command_lines(text: str) -> Iterator[str]:
    for pattern in (INDENTED, INLINE, IN_JOBS):
        for line in pattern.findall(text):
            yield line.partition("#")[0].strip()


def commands() -> Mapping[str, Any]:
    group: Any = typer.main.get_command(app)
    found: Mapping[str, Any] = group.commands
    return found


def wrong_words(line: str) -> list[str]:
    """The words of a command line that the command does not know."""
    _, *words = line.split()
    if not words or words[0] == "--help":
        return []
    known = commands()
    if words[0] not in known:
        return [words[0]]
    options = {name for one in known[words[0]].params for name in one.opts} | {"--help"}
    given = [word.partition("=")[0] for word in words[1:] if word.startswith("--")]
    return [option for option in given if option not in options]


@each_page
def test_every_command_exists(page: Path) -> None:
    for line in command_lines(page.read_text("utf-8")):
        assert wrong_words(line) == [], line


def test_the_pages_hold_commands_and_a_wrong_one_is_found() -> None:
    lines = [line for page in PAGES for line in command_lines(page.read_text("utf-8"))]
    assert len(lines) >= 15
    assert wrong_words("simulator walk FILE") == ["walk"]
    assert wrong_words("simulator run FILE --seeed 3 --out there") == ["--seeed"]


# --- links ---

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.M)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = FENCED.sub("", page.read_text("utf-8"))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {heading.strip().replace(" ", "-") for heading in plain}


def broken_links(page: Path, text: str) -> list[str]:
    broken = []
    for link in LINK.findall(FENCED.sub("", text)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page, page.read_text("utf-8")) == []


def test_a_broken_link_is_found() -> None:
    text = "[a](howto/ci.md) [b](howto/none.md) [c](figures.md#verdict) [d](figures.md#nothing)"
    assert broken_links(ROOT / "docs" / "scenario.md", text) == [
        "howto/none.md",
        "figures.md#nothing",
    ]


NAMED = re.compile(r"`((?:simulator|scenarios|tests|docs|benchmarks|docker)/[\w./-]*)`")


@each_page
def test_every_file_that_is_named_exists(page: Path) -> None:
    names = NAMED.findall(page.read_text("utf-8"))
    assert [name for name in names if not (ROOT / name).exists()] == []


# --- the scenario reference ---


def generator(name: str = "generate") -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_scenario_reference_is_up_to_date() -> None:
    page = (ROOT / "docs" / "scenario.md").read_text("utf-8")
    assert page == generator().generate(), "python docs/generate.py writes it anew"


def test_the_page_of_faults_says_which_server_can_do_what() -> None:
    page = (ROOT / "docs" / "faults.md").read_text("utf-8")
    assert all(f"`{kind}`" in page for kind in FAULT_KINDS)
    made = generator("generate_servers").generate_faults
    assert page == made(page), "python docs/generate_servers.py writes it anew"
    assert made(page.replace("| yes | yes | no |", "| no | no | yes |")) == page


def test_the_page_of_the_generations_is_up_to_date_and_its_verdicts_are_the_same() -> None:
    page = (ROOT / "docs" / "generations.md").read_text("utf-8")
    made = generator("generate_generations")
    assert page == made.generate(), "python docs/generate_generations.py writes it anew"
    kept = [json.loads(file.read_text("utf-8")) for file in sorted(made.KEPT.glob("*.json"))]
    scenarios = {file.stem for file in (ROOT / "scenarios").glob("*.yaml")}
    for one in kept:
        assert set(one["scenarios"]) == scenarios
    first, second = ({n: s["verdict"] for n, s in one["scenarios"].items()} for one in kept)
    assert first == second


def test_the_page_of_the_servers_is_up_to_date() -> None:
    page = (ROOT / "docs" / "servers.md").read_text("utf-8")
    assert page == generator("generate_servers").generate(), (
        "python docs/generate_servers.py writes it anew"
    )


def test_the_reference_has_every_key_of_every_model() -> None:
    page = (ROOT / "docs" / "scenario.md").read_text("utf-8")
    schema = json_schema()
    models = [schema, *schema["$defs"].values()]
    keys = {key for model in models for key in model.get("properties", ())}
    assert len(keys) > 50
    assert [key for key in sorted(keys) if f"| `{key}` |" not in page] == []


def test_the_generator_takes_a_schema_that_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = json_schema()
    schema["properties"]["weather"] = {
        "description": "What it is like outside.",
        "type": "array",
        "items": {"anyOf": [{"$ref": "#/$defs/RainShower"}, {"$ref": "#/$defs/Sample"}]},
    }
    schema["$defs"]["RainShower"] = {
        "description": "It rains.",
        "properties": {
            "next": {"$ref": "#/$defs/RainShower"},
            "kind": {"enum": [f"kind-{number}" for number in range(20)]},
            "odd": {},
        },
    }
    module = generator()
    monkeypatch.setattr(module, "json_schema", lambda: schema)
    page = module.generate()
    assert "| `weather` | list of [rain shower](#rain-shower) or [sample of a group]" in page
    assert "## weather\n\nWhat it is like outside.\n\n### Rain shower\n\nIt rains." in page
    assert "`kind` is one of: `kind-0`, `kind-1`" in page
    assert "| `odd` | anything |" in page


# --- the pages against the code ---


def test_the_figures_page_knows_every_file_record_figure_and_frame() -> None:
    page = (ROOT / "docs" / "figures.md").read_text("utf-8")
    assert page == generator().generate_figures(page), "python docs/generate.py writes it anew"
    assert all(f"`{family.names[0]}`" in page for family in FAMILIES)
    files = [folder.SCENARIO, folder.RUN, folder.SUMMARY, folder.PICTURE, folder.LOG]
    kinds = [record.__struct_config__.tag for record in events.AnyRecord.__args__]
    frames = [f"run.{name}()" for name, one in vars(Tables).items() if is_frame(one)]
    assert len(frames) >= 10
    missing = [word for word in [*files, *kinds, *frames] if word not in page]
    assert missing == []


def is_frame(member: Any) -> bool:
    return isinstance(member, Callable) and "DataFrame" in str(  # type: ignore[arg-type]
        getattr(member, "__annotations__", {}).get("return")
    )


def test_the_page_on_reading_a_run_knows_every_picture() -> None:
    page = (ROOT / "docs" / "howto" / "read_a_report.md").read_text("utf-8")
    assert [kind for kind in PLOTS if f"| `{kind}` |" not in page] == []


ROW = re.compile(r"^\| (?P<names>`[^|]*`) \|", re.M)


def test_the_design_page_shows_the_package_as_it_is() -> None:
    page = (ROOT / "docs" / "design.md").read_text("utf-8")
    shown = [
        name.removesuffix("/").removesuffix(".py")
        for names in ROW.findall(page)
        for name in re.findall(r"`([^`]*)`", names)
        if not name.startswith("__")
    ]
    package = ROOT / "simulator"
    parts = {path.stem for path in package.glob("[!_]*.py")}
    parts |= {path.parent.name for path in package.glob("*/__init__.py")}
    assert sorted(shown) == sorted(parts)
