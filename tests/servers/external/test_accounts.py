"""Accounts of an external server: every source, and messages that tell no password."""

import json

import pytest

from simulator.errors import InputError
from simulator.servers.external.accounts import (
    VARIABLE,
    accounts_from_environment,
    ask_for_accounts,
    read_accounts,
)

EXPECTED = {"alice@example.org": "s3cret", "bob": "other"}

FILES = {
    "mapping.yaml": "alice@example.org: s3cret\nbob: other\n",
    "list.yml": "- {jid: alice@example.org, password: s3cret}\n- {name: bob, password: other}\n",
    "mapping.json": json.dumps(EXPECTED),
    "list.json": json.dumps([{"jid": j, "password": p} for j, p in EXPECTED.items()]),
    "table.csv": "jid,password\nalice@example.org,s3cret\nbob,other\n",
    "names.CSV": "name,password\nalice@example.org,s3cret\nbob,other\n",
}


@pytest.mark.parametrize("name", FILES)
def test_every_form_of_file(tmp_path, name):
    (tmp_path / name).write_text(FILES[name])
    assert read_accounts(tmp_path / name) == EXPECTED


BROKEN = {
    "torn.yaml": "alice: [s3cret\n",
    "text.yaml": "s3cret",
    "number.yaml": "alice: 12345\n",
    "empty.yaml": "alice: ''\n",
    "nobody.yaml": "- {password: s3cret}\n",
    "twice.csv": "jid,password\nalice,s3cret\nalice,s3cret\n",
    "headless.csv": "alice,s3cret\n",
    "short.csv": "jid,password\nalice\n",
    "keys.yaml": "1: s3cret\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_and_its_passwords_are_not(tmp_path, name):
    path = tmp_path / name
    path.write_text(BROKEN[name])
    with pytest.raises(InputError) as caught:
        read_accounts(path)
    assert str(path) in str(caught.value)
    error: BaseException | None = caught.value
    while error is not None:
        if not error.__suppress_context__ or error is caught.value:
            assert "s3cret" not in str(error)
        error = error.__cause__


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read: No such file"):
        read_accounts(tmp_path / "none.yaml")


def test_a_binary_file_is_named(tmp_path):
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read_accounts(tmp_path / "binary.csv")


def test_the_environment():
    assert accounts_from_environment({VARIABLE: json.dumps(EXPECTED)}) == EXPECTED
    assert accounts_from_environment({}) == {}
    with pytest.raises(InputError, match=VARIABLE):
        accounts_from_environment({VARIABLE: "{"})


def test_the_prompt_repeats_the_password_before():
    answers = {"alice": "one", "bob": "", "carol": "three"}
    asked = []

    def ask(prompt):
        asked.append(prompt)
        return answers[prompt.split()[2].rstrip(":")]

    assert ask_for_accounts(answers, ask) == {"alice": "one", "bob": "one", "carol": "three"}
    assert asked[0] == "Password of alice: "
    assert "as before" in asked[1]
