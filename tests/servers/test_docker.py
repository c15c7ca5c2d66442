"""The container files, as far as they can be checked without a container engine."""

import asyncio
import os
import re
import runpy
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from simulator.cli.application import app
from simulator.servers.external.backend import ExternalBackend
from simulator.servers.local.process import ServerProcess
from tests.servers.helpers import LOCAL, context_of, make_local

DOCKER = Path(__file__).parents[2] / "docker"
SERVERS = ("prosody", "ejabberd")
DOCKERFILES = ("Dockerfile", "Dockerfile.prosody", "Dockerfile.ejabberd")


def compose(server):
    return yaml.safe_load((DOCKER / f"compose.{server}.yaml").read_text())


def configure(server, folder, port=5222, interface="127.0.0.1"):
    for part in ("server", "trust"):
        (folder / part).mkdir(exist_ok=True)
    main = runpy.run_path(str(DOCKER / "configure.py"))["main"]
    call = [server, str(folder / "server"), str(folder / "trust")]
    call += ["--port", str(port), "--interface", interface]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["configure.py", *call])
        main()


@pytest.mark.parametrize("server", SERVERS)
def test_no_service_is_root_or_open_to_the_host(server):
    for name, service in compose(server)["services"].items():
        assert not re.match(r"(0|root)\b", service["user"]), name
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "ports" not in service
        assert "privileged" not in service
    assert compose(server)["networks"]["simulation"]["internal"] is True


@pytest.mark.parametrize("server", SERVERS)
def test_the_simulator_waits_for_a_healthy_and_configured_server(server):
    services = compose(server)["services"]
    assert services[server]["healthcheck"]["test"][0] == "CMD"
    waits = services["simulator"]["depends_on"][server]
    assert waits == {"condition": "service_healthy"}
    assert services[server]["depends_on"]["configure"] == {
        "condition": "service_completed_successfully"
    }
    assert f"--server={server}:5222" in services["simulator"]["command"]


@pytest.mark.parametrize("server", SERVERS)
def test_the_command_is_one_that_the_simulator_takes(server):
    group: Any = typer.main.get_command(app)
    name, *arguments = compose(server)["services"]["simulator"]["command"]
    context = group.commands[name].make_context(name, list(arguments))
    given = {
        key: value
        for key, value in context.params.items()
        if context.get_parameter_source(key).name == "COMMANDLINE"
    }
    (file,) = given.pop("files")
    assert file.parts[1] == "scenarios"
    assert given == {
        "backend": "external",
        "server": f"{server}:5222",
        "domain": "localhost",
        "authorities": Path("/trust/authority.crt"),
        "register": True,
    }


@pytest.mark.parametrize("server", SERVERS)
def test_what_the_compose_files_name_exists(server):
    services = compose(server)["services"]
    for service in services.values():
        build = service.get("build")
        if build:
            assert (DOCKER / build["context"] / build["dockerfile"]).is_file()
        assert re.fullmatch(r"simulator(-\w+)?:\d+(\.\d+)+", service["image"])
    scenario = next(part for part in services["simulator"]["command"] if "scenarios" in part)
    default = scenario.partition(":-")[2].rstrip("}")
    assert (DOCKER.parent / "scenarios" / default).is_file()


@pytest.mark.parametrize("name", DOCKERFILES)
def test_images_are_pinned_and_end_as_a_plain_user(name):
    text = (DOCKER / name).read_text()
    base = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert all(re.search(r":.*\d{2,}|:\d+\.\d+\.\d+", image) for image in base)
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE)[-1] == "10001:10001"
    assert "HEALTHCHECK" in text
    for source in re.findall(r"^COPY (?:--\S+ )*(\S+) ", text, re.MULTILINE):
        context = DOCKER.parent if name == "Dockerfile" else DOCKER
        assert (context / source).exists(), source


@pytest.mark.parametrize("server", SERVERS)
def test_the_pinned_server_is_the_one_that_the_tests_ran_on(server):
    version = make_local(LOCAL[server]).version
    text = (DOCKER / f"Dockerfile.{server}").read_text()
    found = re.search(r"_VERSION=(\S+)", text)
    assert found is not None
    assert found[1].startswith(version)


@pytest.mark.parametrize("server", SERVERS)
def test_configure_writes_private_files_once(server, tmp_path):
    configure(server, tmp_path, interface="0.0.0.0")
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in files} >= {"server.crt", "server.key", "server.pem"}
    for path in files:
        public = path.parent.name == "trust"
        assert stat.S_IMODE(path.stat().st_mode) == (0o644 if public else 0o600)
    assert [path.name for path in (tmp_path / "trust").iterdir()] == ["authority.crt"]
    configure(server, tmp_path)
    assert {path: path.read_bytes() for path in files} == files


def command_of(server, folder):
    if server == "ejabberd":
        return ("sh", str(DOCKER / "ejabberd.sh"), str(folder))
    return ("prosody", "--config", str(folder / "prosody.cfg.lua"), "-F")


def healthy(port, domain="localhost"):
    script = str(DOCKER / "healthcheck.sh")
    return subprocess.run(["bash", script, str(port), domain], check=False).returncode == 0


@pytest.mark.parametrize("server", SERVERS)
def test_a_configured_server_serves_a_guest_that_registers(server, tmp_path, short_folder):
    make_local(LOCAL[server])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configure(server, short_folder, port)
    folder = short_folder / "server"
    user = server if os.geteuid() == 0 else None
    if user:
        for path in [folder, *folder.rglob("*")]:
            shutil.chown(path, user, user)
    assert not healthy(port)
    process = ServerProcess(
        command_of(server, folder), {"PATH": os.environ["PATH"]}, folder, tmp_path / "log", user
    )
    guest = ExternalBackend(
        f"127.0.0.1:{port}",
        domain="localhost",
        authorities=short_folder / "trust" / "authority.crt",
        register=True,
    )

    async def main():
        await guest.start(context_of())
        await guest.create_accounts({"visitor": "random"})
        await guest.stop()

    try:
        end = time.monotonic() + 20
        while not healthy(port) and process.alive and time.monotonic() < end:
            time.sleep(0.1)
        assert healthy(port), process.last_words()
        assert not healthy(port, "elsewhere.example")
        guest.run(main, 1)
    finally:
        asyncio.run(process.stop())


@pytest.fixture
def short_folder():
    """A folder that a server's own user can reach, with a path short enough for a socket."""
    folder = Path("/tmp") / f"simulator-docker-{os.getpid()}-{time.monotonic_ns() % 10**6}"
    folder.mkdir(mode=0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
