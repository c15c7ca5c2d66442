"""What may stand in an address: localparts, resources and bare JIDs.

Names become localparts as they are, so they must be in prepared form already: the Nodeprep
profile (RFC 6122, appendix A), which is what the servers and aioxmpp apply; RFC 7622,
section 3.3, forbids the same characters.
"""

from __future__ import annotations

import stringprep
import unicodedata
from collections.abc import Callable

LONGEST = 1023
"""Bytes of UTF-8 in one part of a JID (RFC 7622, sections 3.2 to 3.4)."""

_FORBIDDEN = frozenset("\"&'/:<>@")
"""Characters that no localpart holds (RFC 7622, section 3.3.1)."""

_PROHIBITED: tuple[Callable[[str], bool], ...] = (
    stringprep.in_table_a1,
    stringprep.in_table_c11_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def localpart_problem(name: str) -> tuple[str, str] | None:
    """What is wrong with a name as a localpart, and what was expected; None if nothing is."""
    problem = _size_problem(name)
    if problem:
        return problem
    forbidden = [character for character in name if _is_forbidden(character)]
    if forbidden:
        return (
            f"{_shown(forbidden[0])} is not allowed in a JID's localpart",
            "letters, digits, - . _",
        )
    prepared = _prepared(name)
    if prepared != name:
        return f"{name!r} is not in prepared form", f"{prepared!r} (lower case)"
    if not _one_direction(name):
        return f"{name!r} mixes right-to-left and other letters", "one writing direction"
    return None


def resource_problem(resource: str) -> tuple[str, str] | None:
    """The same for a resource (RFC 7622, section 3.4)."""
    problem = _size_problem(resource)
    if problem:
        return problem
    forbidden = [c for c in resource if c != " " and any(table(c) for table in _PROHIBITED)]
    if forbidden:
        return f"{_shown(forbidden[0])} is not allowed in a resource", "plain text"
    kept = "".join(c for c in resource if not stringprep.in_table_b1(c))
    if unicodedata.normalize("NFKC", kept) != resource or resource != resource.strip():
        return f"{resource!r} is not in prepared form", "plain text without spaces around it"
    if not _one_direction(resource):
        return f"{resource!r} mixes right-to-left and other letters", "one writing direction"
    return None


def bare_jid_problem(jid: str) -> tuple[str, str] | None:
    """The same for the bare JID of somebody outside the scenario."""
    localpart, _, domain = jid.rpartition("@")
    if "/" in domain:
        return f"{jid!r} has a resource", "a bare JID such as `friend@example.org`"
    if not _is_domain(domain):
        return f"{domain!r} is not a domain", "a bare JID such as `friend@example.org`"
    return localpart_problem(localpart)


def _size_problem(part: str) -> tuple[str, str] | None:
    size = len(part.encode())
    if not size:
        return "an empty name", "at least one character"
    if size > LONGEST:
        return f"a name of {size} bytes", f"at most {LONGEST}"
    return None


def _is_forbidden(character: str) -> bool:
    return character in _FORBIDDEN or any(table(character) for table in _PROHIBITED)


def _shown(character: str) -> str:
    shown = repr(character) if character.isprintable() else "a character"
    return f"{shown} (U+{ord(character):04X})"


def _prepared(name: str) -> str:
    mapped = "".join(
        stringprep.map_table_b2(character)
        for character in name
        if not stringprep.in_table_b1(character)
    )
    return unicodedata.normalize("NFKC", mapped)


def _one_direction(name: str) -> bool:
    right_to_left = [stringprep.in_table_d1(character) for character in name]
    if not any(right_to_left):
        return True
    left_to_right = any(stringprep.in_table_d2(character) for character in name)
    return right_to_left[0] and right_to_left[-1] and not left_to_right


def _is_domain(domain: str) -> bool:
    try:
        ascii_form = domain.encode("idna").decode()
    except UnicodeError:
        return False
    labels = ascii_form.split(".")
    return ascii_form == ascii_form.lower() and all(
        label and all(c.isalnum() or c == "-" for c in label) for label in labels
    )
