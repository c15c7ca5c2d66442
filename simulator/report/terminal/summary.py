"""The summary of a run on a terminal: the verdict first, then the figures behind it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.text import Text

from simulator.analysis.figures import summary_types as shapes
from simulator.analysis.figures.quantiles import samples_text
from simulator.analysis.quantities import duration_text, seconds_text, share_text, time_text
from simulator.analysis.run import Run
from simulator.journal.folder import PICTURE
from simulator.report.terminal.rows import print_hanging
from simulator.report.text import printable
from simulator.scenario.figures import FAMILIES, QUANTILES, Family, Unit

_STYLES = {"pass": "bold green", "fail": "bold red", "unknown": "bold yellow"}
_MARKS = {"pass": "✓", "fail": "✗", "unknown": "?"}
_MANAGERS = {
    "spade": "SPADE's own presence manager",
    "documented": "documented presence manager",
}
_FORMATS: dict[Unit, str] = {"time": "{} s", "share": "{:.1%}", "count": "{}", "ratio": "{:.3g}"}
_MOST = 10
"""At most so many entries of a list; the rest is counted."""


def print_summary(console: Console, run: Run) -> None:
    """Print verdict, expectations, figures and where the files are."""
    summary = run.summary
    print_verdict(console, summary)
    _print_checks(console, run)
    _print_figures(console, summary)
    if summary["verdict"]["value"] != "pass":
        _print_list(console, "why (more: simulator explain)", run.measurement.causes.texts)
    _print_list(console, "faults", map(fault_text, summary["faults"]))
    _print_list(console, "errors that nobody handled", _unhandled(run))
    _print_list(console, "not ok", map(_agent_text, summary["agent_outcomes"]["not_ok"]))
    _print_list(console, "wrong entries", map(_wrong_text, summary["wrong_entries"]["entries"]))
    divergence = summary["belief_divergence"].get("entries", ())
    _print_list(console, "belief differs from server", map(_divergence_text, divergence))
    if run.in_memory:
        return
    console.print(Text(f"run folder: {run.folder}"), soft_wrap=True)
    if (run.folder / PICTURE).is_file():
        more = f"(more: simulator plot {shlex.quote(str(run.folder))})"
        console.print(Text(f"picture: {run.folder / PICTURE} {more}"), soft_wrap=True)


def print_verdict(console: Console, summary: shapes.Summary) -> None:
    """Print the verdict and which run it is of, from its summary."""
    about: shapes.Run = summary["run"]
    verdict: shapes.VerdictSummary = summary["verdict"]
    value = verdict["value"]
    line = Text(value.upper(), style=_STYLES[value])
    managers = managers_text(about)
    line.append(
        f"  {printable(str(about['name']))}: {about['agents']} agents on {about['backend']},"
        f" seed {about['seed']}, {seconds_text(about['duration_s'])}"
        + (f"; {managers}" if managers else ""),
        style="default not bold",
    )
    console.print(line, soft_wrap=True)
    if value != "fail":
        for reason in verdict["reasons"]:
            console.print(Text(f"  {printable(reason)}", style="yellow"), soft_wrap=True)


def managers_text(about: shapes.Run) -> str:
    """The presence managers of a run, each with the populations that had it."""
    parts = []
    for manager, populations in about["managers"].items():
        names = ", ".join(populations[:_MOST])
        more = f" and {len(populations) - _MOST} more" if len(populations) > _MOST else ""
        parts.append(f"{_MANAGERS[manager]}: {printable(names)}{more}")
    return "; ".join(parts)


def _print_checks(console: Console, run: Run) -> None:
    for check in run.verdict.checks:
        line = Text(f"  {_MARKS[check.verdict]} ", style=_STYLES[check.verdict])
        text = Text(f"{printable(check.text)}: {printable(check.told)}", style="default")
        print_hanging(console, line, text)
        for offender in check.offenders:
            print_hanging(console, Text("      · "), Text(printable(offender), style="default"))


def _print_figures(console: Console, summary: shapes.Summary) -> None:
    rows = figure_rows(summary)
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        print_hanging(console, Text(f"  {name:{width}}    ", style="cyan"), Text(text))


def figure_rows(summary: shapes.Summary) -> list[tuple[str, str]]:
    """(name, text) of each figure, in the order in which they are shown."""
    rows = []
    for family in FAMILIES:
        entry = summary[family.key or family.name]
        if family.title and not (family.optional and _is_empty(family, entry)):
            text = _family_text(family, entry)
            if family.beside and "absent" not in entry:
                text += f", {_converged(summary['time_to_converge'], f'{family.beside}_s')}"
            rows.append((family.title, text))
    if spawned := summary["agent_outcomes"]["spawned"]:
        rows.insert(1, ("made by agents", _counts(spawned)))
    return rows


def _is_empty(family: Family, entry: shapes.Entry) -> bool:
    """Whether nothing was measured or counted."""
    return "absent" in entry or not any(entry.get(part, 1) for part in family.parts)


def _family_text(family: Family, entry: shapes.Entry) -> str:
    if "absent" in entry:
        return f"- ({entry['absent']})"
    shares = {
        key: share_text(value)
        for key, value in entry.items()
        if family.unit == "share" and isinstance(value, float) and not key.endswith("_s")
    }
    return family.shown.format(text=_text(family, entry), **(entry | shares))


def _text(family: Family, entry: shapes.Entry) -> str:
    """The figures of a family, as their unit alone tells to show them."""
    if family.parts == QUANTILES:
        times = ", ".join(f"{part} {duration_text(entry[f'{part}_s'])}" for part in QUANTILES)
        return f"{times} ({samples_text(entry['samples'])})"
    if family.unit == "count" and family.parts:
        return _counts({part: entry[part] for part in family.parts})
    return _FORMATS[family.unit].format(entry.get("value", entry.get("count")))


def _counts(counts: Mapping[str, int]) -> str:
    """The counts that are not 0."""
    parts = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    return ", ".join(parts) or "none"


def _converged(times: shapes.Entry, of: str) -> str:
    """The time to converge; of a run with several phases, in how many it did not."""
    time: shapes.Time = times[of]
    if isinstance(time, dict):
        return f"time to converge - ({time['absent']})"
    if time != "never":
        return f"time to converge {seconds_text(time)}"
    never = [phase["name"] for phase in times["phases"] if phase[of] == "never"]
    several = f" in {len(never)} of {len(times['phases'])} phases, first after {never[0]}"
    return f"never converged{several if len(times['phases']) > 1 else ''}"


def fault_text(fault: shapes.Fault) -> str:
    """One entry of the summary's faults as a line; what it did not do is left out."""
    parts = [_recovery(fault["recovery"]), _noticed(fault["detection"])]
    parts.append(f"{fault['reconnects']} × reconnected" if fault["reconnects"] else "")
    deliveries = {"lost": fault["lost"], "superseded": fault["superseded"]}
    parts.append(_some("deliveries", deliveries, "{} {}"))
    seconds = {
        "ghost": fault["ghost_s"],
        "blind": fault["blind_s"],
        "mislabelled": fault["mislabelled_s"],
    }
    parts.append(_some("watch-seconds", seconds, "{:.1f} {}"))
    return f"{_which(fault)}: {'; '.join(filter(None, parts))}"


def _which(fault: shapes.Fault) -> str:
    """What happened, when, for how long and to how many."""
    times, lasted = fault["times"], fault["lasted_s"]
    first, most = ("first ", "up to ") if times > 1 else ("", "")
    when = f"{first}at {time_text(fault['begin_s'])}" + (
        f" for {most}{time_text(lasted)}" if lasted else ""
    )
    hit = f"{fault['agents']} agent{'s' if fault['agents'] != 1 else ''}"
    count = f"{times} × " if times > 1 else ""
    return f"{fault['origin']} {count}{fault['fault'].replace('_', ' ')} {when} hit {hit}"


def _recovery(recovery: shapes.Entry) -> str:
    recovered, never = recovery["samples"], recovery["unrecovered"]
    if not recovered:
        return "none recovered"
    who = "all" if not never else f"{recovered} of {recovered + never}"
    return f"{who} recovered, {_middle_and_most(recovery)}"


def _middle_and_most(times: shapes.Entry) -> str:
    return f"p50 {duration_text(times['p50_s'])}, max {duration_text(times['max_s'])}"


def _noticed(detection: shapes.Entry) -> str:
    """Who saw that the agents were gone; nothing where nobody died."""
    seen = detection["samples"]
    total = seen + detection["undetected"]
    if not total:
        return ""
    after = (
        f", p50 {duration_text(detection['p50_s'])}, max {duration_text(detection['max_s'])}"
        if seen
        else ""
    )
    return f"noticed by {seen or 'none'} of {total} watchers{after}"


def _some(what: str, counts: Mapping[str, float], text: str) -> str:
    """The counts that are not 0."""
    found = [text.format(count, name) for name, count in counts.items() if count]
    return f"{what} {', '.join(found)}" if found else ""


def _print_list(console: Console, title: str, lines: Iterable[str]) -> None:
    texts = list(lines)
    if not texts:
        return
    console.print(Text(f"{title}:", style="bold"))
    for text in texts[:_MOST]:
        console.print(Text(f"  {printable(text)}"), soft_wrap=True)
    if len(texts) > _MOST:
        console.print(Text(f"  and {len(texts) - _MOST} more (see summary.json)"))


def _unhandled(run: Run) -> list[str]:
    """Errors in tasks and callbacks that belong to no agent's behaviour or handler."""
    found: dict[tuple[str, str], list[float]] = {}
    for record in run.measurement.info.failures:
        if not record.agent:
            found.setdefault((record.error, record.traceback), []).append(record.t / 1e6)
    return [_error_text(*error, times) for error, times in found.items()]


def _error_text(error: str, traceback: str, times: list[float]) -> str:
    what = f"{error}; {traceback}" if traceback else error
    if len(times) == 1:
        return f"at {duration_text(times[0])}: {what}"
    return (
        f"{len(times)} times from {duration_text(times[0])} to {duration_text(times[-1])}: {what}"
    )


def _agent_text(entry: shapes.AgentOutcome) -> str:
    return f"{entry['agent']}: {entry['outcome']}, {entry['reason']}"


def _wrong_text(entry: shapes.Entry) -> str:
    expected = " or ".join(entry["expected"])
    return f"{entry['agent']} -> {entry['peer']}: served {entry['served']}, expected {expected}"


def _divergence_text(entry: shapes.Entry) -> str:
    return (
        f"{entry['agent']} -> {entry['peer']}:"
        f" believed {entry['believed']}, served {entry['served']}"
    )
