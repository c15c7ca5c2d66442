"""Which certificates a connection accepts, whatever library makes the connection.

`Trust.context` is for the standard library's TLS. Every library hands the certificate that the
server showed to `Trust.check` right after the handshake, before anything is sent.
"""

from __future__ import annotations

import abc
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509

from simulator.errors import InputError


class Untrusted(Exception):
    """The certificate is not the one, or not one of those, that are accepted."""


class Trust(abc.ABC):
    """What a server has to show.

    `authorities`: the file of certificates that must have signed the server's chain, "" for the
    system's, None when the chain is not looked at. `context` verifies the chain and leaves the
    rest to `check`; it is one for all connections, because a context takes 50 ms to make.
    """

    authorities: str | None = None

    def __init__(self) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    @abc.abstractmethod
    def check(self, shown: bytes | None, domain: str) -> None:
        """Raise Untrusted unless the certificate `shown` (DER) proves the server to be `domain`'s.

        Its chain has been verified where `authorities` are named.
        """


class Exactly(Trust):
    """Accepts one certificate only, given as DER: the one that was made for the run."""

    def __init__(self, der: bytes) -> None:
        super().__init__()
        self._der = der

    def check(self, shown: bytes | None, domain: str) -> None:
        """Raise Untrusted when the server showed another certificate."""
        if shown != self._der:
            raise Untrusted("it shows another certificate than the one made for this run")


class Authorities(Trust):
    """Accepts certificates that an authority signed for the domain.

    `authorities` is a PEM file of certificates to trust; None stands for the system's.
    Raises InputError when the file cannot be used.
    """

    def __init__(self, authorities: Path | None = None) -> None:
        super().__init__()
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.authorities = "" if authorities is None else str(authorities)
        if authorities is None:
            self.context.set_default_verify_paths()
            return
        try:
            self.context.load_verify_locations(authorities)
        except OSError as error:  # ssl.SSLError is one
            raise InputError(f"{authorities}: no certificates can be read from it") from error

    def check(self, shown: bytes | None, domain: str) -> None:
        """Raise Untrusted for a certificate that names another domain."""
        if shown is None:
            raise Untrusted("it shows no certificate")
        _check_name(x509.load_der_x509_certificate(shown), domain)


class Anybody(Trust):
    """Accepts every certificate. Only for a server that the user chose not to verify."""

    def check(self, shown: bytes | None, domain: str) -> None:
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
