"""Where the passwords of an external server's accounts come from.

Each source gives a mapping account -> password, where an account is a bare JID or a localpart.
No message ever repeats a password.
"""

from __future__ import annotations

import csv
import getpass
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import yaml

from simulator.errors import InputError

VARIABLE = "SIMULATOR_ACCOUNTS"
"""The environment variable that holds accounts, in the form of a YAML or JSON file."""

_FORMS = (
    "a mapping of accounts to passwords, or a list of entries with 'jid' (or 'name') and 'password'"
)


def read_accounts(path: Path) -> dict[str, str]:
    """Read a YAML, JSON or CSV file, told by its suffix.

    YAML and JSON hold a mapping of accounts to passwords, or a list of entries with ``jid`` (or
    ``name``) and ``password``; CSV has these columns and a header line. Raises InputError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(f"{path}: cannot be read: {reason}") from error
    if path.suffix.lower() == ".csv":
        return _from_csv(text, str(path))
    return _from_yaml(text, str(path))


def accounts_from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Read the accounts in `SIMULATOR_ACCOUNTS`; none when it is not set. Raises InputError."""
    text = environment.get(VARIABLE)
    return {} if text is None else _from_yaml(text, f"${VARIABLE}")


def ask_for_accounts(
    names: Iterable[str], ask: Callable[[str], str] = getpass.getpass
) -> dict[str, str]:
    """Ask for the password of each account; an empty answer repeats the one before."""
    accounts: dict[str, str] = {}
    previous = ""
    for name in names:
        hint = " (empty: as before)" if previous else ""
        previous = ask(f"Password of {name}{hint}: ") or previous
        accounts[name] = previous
    return accounts


def _from_yaml(text: str, source: str) -> dict[str, str]:
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        # The error's own text would quote the line, with its password.
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}" if mark is not None else ""
        raise InputError(f"{source}{place}: it is neither YAML nor JSON") from None
    if isinstance(document, dict):
        return _checked(document.items(), source)
    if isinstance(document, list):
        return _from_entries(document, source)
    raise InputError(f"{source}: expected {_FORMS}")


def _from_csv(text: str, source: str) -> dict[str, str]:
    table = csv.DictReader(text.splitlines())
    if "password" not in (table.fieldnames or ()):
        raise InputError(f"{source}: expected a header line with jid (or name) and password")
    return _from_entries(list(table), source)


def _from_entries(entries: list[object], source: str) -> dict[str, str]:
    pairs = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not {"jid", "name"} & entry.keys():
            raise InputError(f"{source}: entry {number}: expected {_FORMS}")
        pairs.append((entry.get("jid") or entry.get("name"), entry.get("password")))
    return _checked(pairs, source)


def _checked(pairs: Iterable[tuple[object, object]], source: str) -> dict[str, str]:
    accounts: dict[str, str] = {}
    for account, password in pairs:
        if not isinstance(account, str) or not account:
            raise InputError(f"{source}: an account is named {account!r} (expected a JID)")
        if not isinstance(password, str) or not password:
            raise InputError(
                f"{source}: the password of {account} is missing or is no text (quote it)"
            )
        if account in accounts:
            raise InputError(f"{source}: {account} is there twice")
        accounts[account] = password
    return accounts
