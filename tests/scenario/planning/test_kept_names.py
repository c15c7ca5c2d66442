"""Names in `observe` and `value`: what the users' sources say of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import build_plan
from simulator.scenario.reading.loader import parse_scenario

HEAD = """
class Seller(type("Agent", (), {"__module__": "spade.agent"})):
"""
SCENARIO = """
name: Names
populations: {seller: {agent: "%s:Seller"}}
"""
OBSERVE = "observe: {seller: [%s]}\n"
EXPECT = "expect: [{value: {agent: seller, name: %s, at_least: 1}}]\n"


def problems(folder: Path, code: str, attribute: str = "", key: str = "") -> list[str]:
    """What is wrong where the seller's class has this code."""
    module = f"kept_{folder.name}"
    (folder / f"{module}.py").write_text(HEAD + code)
    text = SCENARIO % module
    text += (OBSERVE % attribute if attribute else "") + (EXPECT % key if key else "")
    try:
        build_plan(parse_scenario(text, "names.yaml", folder))
    except ScenarioError as error:
        return [fault.problem for fault in error.faults]
    return []


@pytest.mark.parametrize(
    "code",
    [
        "    def act(self): self.set('sold', 1)",
        "    def act(self): self.set(name := 'sold', 1)",
        "    def act(self): [self.set(f'so{x}', 1) for x in ['ld']]",
        "    def act(self): keep = self.set; keep('sold', 1)",
    ],
)
def test_a_key_that_there_is_or_may_be_is_no_fault(tmp_path: Path, code: str) -> None:
    assert problems(tmp_path, code, key="sold") == []


@pytest.mark.parametrize(
    "code",
    [
        "    sold: int = 3",
        "    sold = 3",
        "    def act(self): self.sold = 3",
        "    def act(self): setattr(self, 'so' + 'ld', 3)",
        "    def act(self): self.__dict__.update(so=3)",
    ],
)
def test_an_attribute_that_there_is_or_may_be_is_no_fault(tmp_path: Path, code: str) -> None:
    assert problems(tmp_path, code, attribute="sold") == []


def test_what_nobody_keeps_is_a_fault(tmp_path: Path) -> None:
    code = "    def act(self): self.set('sold', self.price)"
    assert problems(tmp_path, code, "prize", "solt") == [
        "nothing gives seller an attribute `prize`",
        "nothing keeps a value `solt`",
    ]
