"""What an address may contain: localparts, resources and bare JIDs.

Names become localparts as they are, so they must be in prepared form already: the Nodeprep
profile (RFC 6122, appendix A), which is what the servers and aioxmpp apply; RFC 7622,
section 3.3, forbids the same characters.
"""

from __future__ import annotations

from simulator.rfc6121.jids import LOCAL, LONGEST, RESOURCE, Profile, is_one_direction


def localpart_problem(name: str) -> tuple[str, str] | None:
    """What is wrong with a name as a localpart, and what was expected; None if nothing is."""
    expected = f"{LOCAL.mapped(name)!r} (lower case)"
    return _problem(name, LOCAL, "a JID's localpart", "letters, digits, - . _", expected)


def resource_problem(resource: str) -> tuple[str, str] | None:
    """The same for a resource (RFC 7622, section 3.4)."""
    expected = "plain text without spaces around it"
    if resource != resource.strip():
        return f"{resource!r} is not in prepared form", expected
    return _problem(resource, RESOURCE, "a resource", "plain text", expected)


def _problem(
    part: str, profile: Profile, where: str, allowed: str, prepared: str
) -> tuple[str, str] | None:
    size, prohibited = len(part.encode()), profile.prohibited(part)
    if not size:
        return "an empty name", "at least one character"
    if size > LONGEST:
        return f"a name of {size} bytes", f"at most {LONGEST}"
    if prohibited:
        shown = repr(prohibited) if prohibited.isprintable() else "a character"
        return f"{shown} (U+{ord(prohibited):04X}) is not allowed in {where}", allowed
    if profile.mapped(part) != part:
        return f"{part!r} is not in prepared form", prepared
    if not is_one_direction(part):
        return f"{part!r} mixes right-to-left and other letters", "one writing direction"
    return None


def bare_jid_problem(jid: str) -> tuple[str, str] | None:
    """The same for the bare JID of somebody outside the scenario."""
    localpart, _, domain = jid.rpartition("@")
    if "/" in domain:
        return f"{jid!r} has a resource", "a bare JID such as `friend@example.org`"
    if not _is_domain(domain):
        return f"{domain!r} is not a domain", "a bare JID such as `friend@example.org`"
    return localpart_problem(localpart)


def _is_domain(domain: str) -> bool:
    try:
        ascii_form = domain.encode("idna").decode()
    except UnicodeError:
        return False
    labels = ascii_form.split(".")
    return ascii_form == ascii_form.lower() and all(
        label and all(c.isalnum() or c == "-" for c in label) for label in labels
    )
