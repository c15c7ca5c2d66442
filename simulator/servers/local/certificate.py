"""A TLS certificate for one run."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import trustme

from simulator.journal.folder import write_private_bytes

_VALID_FOR = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and who signed it, in PEM files of mode 0600.

    `bundle` holds key and certificate. `authority` is for clients: its key signed this one
    certificate and was then forgotten, so to trust it is to trust this certificate alone.
    """

    certificate: Path
    key: Path
    bundle: Path
    authority: Path


def make_certificate(domain: str, folder: Path) -> Certificate:
    """Make a P-256 certificate for `domain`, or an address, in `folder`, valid for a month.

    P-256 signs in a fraction of RSA's time, which each agent's handshake has to pay.
    """
    authority = trustme.CA(path_length=0, key_type=trustme.KeyType.ECDSA)
    until = datetime.datetime.now(datetime.UTC) + _VALID_FOR
    made = authority.issue_cert(domain, not_after=until, key_type=trustme.KeyType.ECDSA)
    files = {
        "server.crt": made.cert_chain_pems[0],
        "server.key": made.private_key_pem,
        "server.pem": made.private_key_and_cert_chain_pem,
        "authority.crt": authority.cert_pem,
    }
    return Certificate(
        *(write_private_bytes(folder / name, pem.bytes()) for name, pem in files.items())
    )
