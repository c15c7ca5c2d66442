"""What a plain YAML scalar means: the core schema of YAML 1.2 (section 10.3.2).

Unlike YAML 1.1 it has no surprises: ``no`` and ``1:30`` are texts. `dump_yaml` writes texts so
that they are read as texts again.
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

import yaml

Scalar: TypeAlias = bool | float | str | None
"""What a scalar may mean; whole numbers are `int`."""

_LONGEST_NUMBER = 64

NULLS = ("", "~", "null", "Null", "NULL")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(NULLS),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def resolve(text: str) -> Scalar:
    """The value of a plain scalar. Raises ValueError for a number that JSON cannot hold."""
    if text in _WORDS:
        return _WORDS[text]
    if _ENDLESS.fullmatch(text):
        raise ValueError(f"{text} is not a finite number")
    if _INTEGER.fullmatch(text) or _BASED.fullmatch(text):
        return _integer(text)
    if _DECIMAL.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text[:_LONGEST_NUMBER]} is not a finite number")
        return number
    return text


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} digits")
    number = int(text, 0) if _BASED.fullmatch(text) else int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{text} does not fit 64 bits")
    return number


class _Dumper(yaml.SafeDumper):
    """Quotes every text that would be read as something else."""

    def ignore_aliases(self, data: object) -> bool:
        """A value that stands twice is written twice."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Line breaks to YAML 1.1, which PyYAML writes wrongly unless they are escaped."""


def _style(text: str) -> str | None:
    if _BREAKS.search(text):
        return '"'
    try:
        return None if resolve(text) == text else '"'
    except ValueError:
        return '"'


_Dumper.add_representer(str, _represent_text)


def flow_yaml(value: object) -> str:
    """Plain data as one line of YAML, such as ``{mean: 50ms}``."""
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=10**6,
    )
    return text.removesuffix("\n").removesuffix("\n...")


def dump_yaml(document: object) -> str:
    """Plain data as YAML text that reads back equal."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text
