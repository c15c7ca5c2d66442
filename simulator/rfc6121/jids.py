"""Preparing JIDs: which ones are the same address (RFC 6122, section 2 and appendices A and B).

These are profiles of stringprep (RFC 3454) with the tables of Unicode 3.2.
"""

from __future__ import annotations

import stringprep
from collections.abc import Callable
from functools import lru_cache
from unicodedata import ucd_3_2_0

from simulator.errors import StanzaRefused
from simulator.rfc6121.stanza import Jid, parse_jid

LONGEST = 1023
"""Bytes of UTF-8 in one part of a JID (RFC 6122, section 2)."""

_Table = Callable[[str], bool]

_ALWAYS_PROHIBITED: tuple[_Table, ...] = (
    stringprep.in_table_a1,
    stringprep.in_table_c12,
    stringprep.in_table_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)
_DOMAIN_PROHIBITED = (*_ALWAYS_PROHIBITED, frozenset("/@").__contains__)
_RESOURCE_PROHIBITED = (*_ALWAYS_PROHIBITED, stringprep.in_table_c21)
_LOCAL_PROHIBITED = (
    *_RESOURCE_PROHIBITED,
    stringprep.in_table_c11,
    frozenset("\"&'/:<>@").__contains__,
)


@lru_cache(maxsize=1 << 14)
def prepare(text: str) -> Jid:
    """The JID that this text stands for. Raises StanzaRefused jid-malformed."""
    jid = parse_jid(text)
    try:
        domain = _prepared(jid.domain, stringprep.map_table_b2, _DOMAIN_PROHIBITED)
        local = _prepared(jid.local, stringprep.map_table_b2, _LOCAL_PROHIBITED)
        resource = _prepared(jid.resource, str, _RESOURCE_PROHIBITED)
    except ValueError:
        raise StanzaRefused("jid-malformed", text=text) from None
    return Jid(f"{local}@{domain}" if local else domain, resource)


def _prepared(part: str, fold: Callable[[str], str], prohibited: tuple[_Table, ...]) -> str:
    """RFC 3454, sections 3 to 7. Raises ValueError, also for what is too long or vanishes."""
    mapped = "".join(fold(letter) for letter in part if not stringprep.in_table_b1(letter))
    prepared = ucd_3_2_0.normalize("NFKC", mapped)
    if len(prepared.encode()) > LONGEST or (part and not prepared):
        raise ValueError(part)
    if any(table(letter) for letter in prepared for table in prohibited):
        raise ValueError(part)
    if not _is_one_direction(prepared):
        raise ValueError(part)
    return prepared


def _is_one_direction(text: str) -> bool:
    right_to_left = [stringprep.in_table_d1(letter) for letter in text]
    if not any(right_to_left):
        return True
    return right_to_left[0] and right_to_left[-1] and not any(map(stringprep.in_table_d2, text))
