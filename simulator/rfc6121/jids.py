"""Preparing JIDs: which ones are the same address (RFC 6122, section 2 and appendices A and B).

These are profiles of stringprep (RFC 3454) with the tables of Unicode 3.2.
"""

from __future__ import annotations

import stringprep
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
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


class Profile(NamedTuple):
    """A profile of stringprep: how a letter is folded, and which characters are prohibited."""

    fold: Callable[[str], str]
    tables: tuple[_Table, ...]

    def mapped(self, part: str) -> str:
        """The part in prepared form, if nothing is wrong with it (RFC 3454, sections 3 and 4)."""
        kept = (self.fold(letter) for letter in part if not stringprep.in_table_b1(letter))
        return ucd_3_2_0.normalize("NFKC", "".join(kept))

    def prohibited(self, part: str) -> str:
        """The first character that must not be in the part; "" if there is none (section 5)."""
        return next((one for one in part if any(table(one) for table in self.tables)), "")


_RESOURCE_TABLES = (*_ALWAYS_PROHIBITED, stringprep.in_table_c21)
DOMAIN = Profile(stringprep.map_table_b2, (*_ALWAYS_PROHIBITED, frozenset("/@").__contains__))
RESOURCE = Profile(str, _RESOURCE_TABLES)
LOCAL = Profile(
    stringprep.map_table_b2,
    (*_RESOURCE_TABLES, stringprep.in_table_c11, frozenset("\"&'/:<>@").__contains__),
)


@lru_cache(maxsize=1 << 14)
def prepare(text: str) -> Jid:
    """The JID that this text stands for. Raises StanzaRefused jid-malformed."""
    jid = parse_jid(text)
    try:
        domain = _prepared(jid.domain, DOMAIN)
        local = _prepared(jid.local, LOCAL)
        resource = _prepared(jid.resource, RESOURCE)
    except ValueError:
        raise StanzaRefused("jid-malformed", text=text) from None
    return Jid(f"{local}@{domain}" if local else domain, resource)


def _prepared(part: str, profile: Profile) -> str:
    """RFC 3454, sections 3 to 7. Raises ValueError, also for what is too long or vanishes."""
    prepared = profile.mapped(part)
    if len(prepared.encode()) > LONGEST or (part and not prepared):
        raise ValueError(part)
    if profile.prohibited(prepared) or not is_one_direction(prepared):
        raise ValueError(part)
    return prepared


def is_one_direction(text: str) -> bool:
    """Whether a text does not mix right-to-left and other letters (RFC 3454, section 6)."""
    right_to_left = [stringprep.in_table_d1(letter) for letter in text]
    if not any(right_to_left):
        return True
    return right_to_left[0] and right_to_left[-1] and not any(map(stringprep.in_table_d2, text))
