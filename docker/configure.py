"""Fill a server's folder: configuration from the backends' templates, and a certificate.

    python docker/configure.py prosody|ejabberd FOLDER TRUST

FOLDER is the server's own and private; TRUST gets the certificate to trust, for the simulator. A
folder that was filled before is left as it is, so that a restart keeps its certificate.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.journal.folder import write_private, write_private_bytes
from simulator.servers.local.certificate import make_certificate
from simulator.servers.local.configuration import SERVERS, Configuration, file_name, render


def configure(
    server: str, folder: Path, trust: Path, domain: str, interface: str, port: int
) -> None:
    """Write configuration, certificate and data folder unless they are there.

    Clients may register accounts (XEP-0077): the simulator makes them and removes them.
    """
    target = folder / file_name(server)
    if target.exists():
        return
    made = make_certificate(domain, folder)
    (folder / "data").mkdir(mode=0o700)
    # A certificate is no secret, and the simulator may run as another user.
    authority = write_private_bytes(trust / "authority.crt", made.authority.read_bytes())
    authority.chmod(0o644)
    configuration = Configuration(
        domain=domain,
        interface=interface,
        port=port,
        folder=folder,
        certificate=made.certificate,
        key=made.key,
        bundle=made.bundle,
        registration=True,
    )
    write_private(target, render(server, configuration))


def main() -> None:
    """Read the command line and configure."""
    parser = argparse.ArgumentParser(description="Fill a server's folder.")
    parser.add_argument("server", choices=SERVERS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("trust", type=Path)
    parser.add_argument("--domain", default="localhost")
    # Every interface of a container that only a private network reaches.
    parser.add_argument("--interface", default="0.0.0.0")
    parser.add_argument("--port", type=int, default=5222)
    configure(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
