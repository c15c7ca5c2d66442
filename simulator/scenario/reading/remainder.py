"""What is left of a faulty document: enough of it to look for the faults that planning finds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from simulator.errors import Fault
from simulator.scenario.language.populations import Population
from simulator.scenario.language.schema import Scenario
from simulator.scenario.language.words import near
from simulator.scenario.source import Source, Unknown

_LISTS = frozenset({"subscriptions", "timeline", "faults", "expect"})
"""Lists of which the items are judged without the wrong ones."""
_STAND_INS: Mapping[str, object] = {"name": "-", "run": {"duration": "1h"}}
"""What stands for a part that is wrong; the others are left out."""


def remainder(source: Source, faults: Iterable[Fault]) -> Source | None:
    """The document without its faulty parts; None where it has no populations.

    What depends on a part that was left out is marked as unknown, and is not judged.
    """
    wheres = [fault.where for fault in faults]
    parts = {re.split(r"[.\[]", where)[0] for where in wheres} & set(Scenario.model_fields)
    data, unknown = source.data, Unknown()
    if not isinstance(data, dict) or not isinstance(data.get("populations"), dict):
        return None
    known = {key: value for key, value in data.items() if key in Scenario.model_fields}
    rest: dict[str, object] = {key: value for key, value in known.items() if key not in parts}
    rest |= {key: _STAND_INS[key] for key in _STAND_INS if key in parts or key == "name"}
    rest["populations"] = _populations(data["populations"], wheres, unknown)
    kept: dict[str, tuple[int, ...]] = {}
    for part in sorted(_LISTS & parts):
        items = data[part] if isinstance(data[part], list) else []
        wrong = {int(found[1]) for one in wheres if (found := re.match(rf"{part}\[(\d+)\]", one))}
        kept[part] = tuple(place for place in range(len(items)) if place not in wrong)
        rest[part] = [items[place] for place in kept[part]] if wrong else []
    if "timeline" in parts:  # who has started and who is stopped
        unknown.names.add("stopped")
        unknown.keys.add("at")
    if "run" in parts:
        unknown.keys.update(("at", "start"))
    if "presence_manager" in parts:
        unknown.keys.add("recovery")
    return Source(source.file, source.folder, rest, whole=source, kept=kept, unknown=unknown)


def _populations(
    written: dict[str, object], wheres: Iterable[str], unknown: Unknown
) -> dict[str, object]:
    """The populations without what is wrong in them."""
    rest: dict[str, object] = {}
    for name, value in written.items():
        path = f"populations.{name}"
        wrong = {
            re.split(r"[.\[]", where[len(path) + 1 :])[0]
            for where in wheres
            if where == path or where.startswith(f"{path}.")
        }
        if not wrong:
            rest[name] = value
            continue
        unknown.populations.add(name)
        sizes = near_keys(wrong, ("count",))
        if "" in wrong or sizes or not isinstance(value, dict):
            unknown.names.add(name)
        if near_keys(wrong, ("name",)):
            unknown.has_unknown_names = True
        if near_keys(wrong, ("resource", "resources")):
            unknown.keys.add("resource")
        unknown.keys.add("recovery")
        if "agent" in wrong or near_keys(wrong, ("agent",)):
            wrong |= {"arguments", "attributes"}
        rest[name] = (
            {key: one for key, one in value.items() if key not in wrong}
            if isinstance(value, dict) and "" not in wrong
            else None
        )
        if sizes and isinstance(rest[name], dict):
            rest[name]["count"] = 2  # type: ignore[index]
    return rest


def near_keys(wrong: Iterable[str], keys: Iterable[str]) -> bool:
    """Is one of the wrong keys one of these, or a slip of one?"""
    known = list(Population.model_fields)
    meant = {one if one in known else next(iter(near(one, known)), "") for one in wrong if one}
    return not meant.isdisjoint(keys)
