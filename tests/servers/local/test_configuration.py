"""The templates: filled in, and not to be broken out of."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.servers.local.configuration import Configuration, file_name, render


def configuration(**changes):
    values: dict[str, Any] = {
        "domain": "localhost",
        "interface": "127.0.0.1",
        "port": 15222,
        "folder": Path("/run/x"),
        "certificate": Path("/run/x/server.crt"),
        "key": Path("/run/x/server.key"),
        "bundle": Path("/run/x/server.pem"),
    }
    return Configuration(**(values | changes))


def test_ejabberd_serves_one_domain_on_one_port():
    document = yaml.safe_load(render("ejabberd", configuration()))
    assert document["hosts"] == ["localhost"]
    clients, control = document["listen"]
    assert (clients["ip"], clients["port"]) == ("127.0.0.1", 15222)
    assert clients["starttls_required"] is True
    assert control["port"] == "unix:/run/x/control"
    assert document["acme"] == {"auto": False}
    assert document["s2s_access"] == "none"
    assert set(document["modules"]) == {"mod_disco", "mod_offline", "mod_ping", "mod_roster"}


def test_ejabberd_registers_only_when_told():
    document = yaml.safe_load(render("ejabberd", configuration(registration=True)))
    assert document["modules"]["mod_register"]["access"] == "all"


def test_prosody_serves_one_domain_on_one_port():
    text = render("prosody", configuration())
    assert 'interfaces = { "127.0.0.1" }' in text
    assert "c2s_ports = { 15222 }" in text
    assert text.count("VirtualHost") == 1
    assert 'modules_disabled = { "s2s", "s2s_auth_certs" }' in text
    assert "allow_registration = false" in text
    assert "register_ibr" not in text


def test_prosody_registers_only_when_told():
    text = render("prosody", configuration(registration=True))
    assert "allow_registration = true" in text
    assert '"register_ibr"' in text


@pytest.mark.parametrize("server", ["prosody", "ejabberd"])
@pytest.mark.parametrize("evil", ['a"b', "a\\b", "a\nb", "a'b"])
def test_no_value_breaks_out_of_its_quotes(server, evil):
    with pytest.raises(ValueError, match="domain"):
        render(server, configuration(domain=evil))


def test_nothing_is_left_to_fill_in():
    for server in ("prosody", "ejabberd"):
        assert "{{" not in render(server, configuration())
        assert file_name(server).rpartition(".")[0]
