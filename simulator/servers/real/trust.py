"""Which certificates a connection accepts.

aioopenssl reports a failed handshake twice and noisily, so OpenSSL's verdict is collected during
the handshake and judged right after it, before anything is sent.
"""

from __future__ import annotations

import abc
import ipaddress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import OpenSSL.SSL
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.errors import InputError


class Untrusted(Exception):
    """The certificate is not the one, or not one of those, that are accepted."""


class Trust(abc.ABC):
    """One TLS context for all connections, and the check of what the server showed."""

    def __init__(self) -> None:
        self.context = OpenSSL.SSL.Context(OpenSSL.SSL.TLS_CLIENT_METHOD)
        self.context.set_min_proto_version(OpenSSL.SSL.TLS1_2_VERSION)

    @abc.abstractmethod
    def check(self, connection: Any, domain: str) -> None:
        """Raise Untrusted unless the finished handshake proves the server to be `domain`'s."""


class Exactly(Trust):
    """Accepts one certificate only, given as DER: the one that was made for the run."""

    def __init__(self, der: bytes) -> None:
        super().__init__()
        self._der = der

    def check(self, connection: Any, domain: str) -> None:
        """Raise Untrusted when the server showed another certificate."""
        shown = connection.get_peer_certificate(as_cryptography=True)
        if shown is None or shown.public_bytes(Encoding.DER) != self._der:
            raise Untrusted("it shows another certificate than the one made for this run")


class Authorities(Trust):
    """Accepts certificates that an authority signed for the domain.

    `authorities` is a PEM file of certificates to trust; None stands for the system's.
    Raises InputError when the file cannot be used.
    """

    def __init__(self, authorities: Path | None = None) -> None:
        super().__init__()
        self._faults: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        self.context.set_verify(OpenSSL.SSL.VERIFY_PEER, self._note)
        if authorities is None:
            self.context.set_default_verify_paths()
            return
        try:
            self.context.load_verify_locations(str(authorities))
        except OpenSSL.SSL.Error as error:
            raise InputError(f"{authorities}: no certificates can be read from it") from error

    def _note(self, connection: Any, _shown: Any, error: int, depth: int, valid: int) -> bool:
        if not valid:
            self._faults.setdefault(
                connection, f"its certificate chain fails at depth {depth}: {_reason(error)}"
            )
        return True

    def check(self, connection: Any, domain: str) -> None:
        """Raise Untrusted for a chain that OpenSSL refuses or another domain's certificate."""
        fault = self._faults.get(connection)
        if fault is not None:
            raise Untrusted(fault)
        shown = connection.get_peer_certificate(as_cryptography=True)
        if shown is None:
            raise Untrusted("it shows no certificate")
        _check_name(shown, domain)


class Anybody(Trust):
    """Accepts every certificate. Only for a server that the user chose not to verify."""

    def check(self, connection: Any, domain: str) -> None:
        """Accept."""


def _check_name(shown: x509.Certificate, domain: str) -> None:
    """RFC 6125, section 6.4: DNS names of the certificate, a wildcard as leftmost label only."""
    try:
        names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise Untrusted("its certificate names no domain") from None
    try:
        matches = ipaddress.ip_address(domain) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        wanted = domain.encode("idna").decode("ascii").lower().rstrip(".")
        presented = names.get_values_for_type(x509.DNSName)
        matches = any(_matches(name.lower().rstrip("."), wanted) for name in presented)
    if not matches:
        listed = ", ".join(str(name.value) for name in names)
        raise Untrusted(f"its certificate is for {listed}, not for {domain}")


def _matches(presented: str, wanted: str) -> bool:
    if presented.startswith("*."):
        label, _, parent = wanted.partition(".")
        return bool(label) and "." in parent and presented[2:] == parent
    return presented == wanted


def _reason(error: int) -> str:
    """OpenSSL's verification error in words, such as ``CERT_HAS_EXPIRED`` as a phrase."""
    for name, code in vars(OpenSSL.SSL.X509VerificationCodes).items():
        if code == error and name.startswith("ERR_"):
            return name.removeprefix("ERR_").replace("_", " ").lower()
    return f"OpenSSL error {error}"
