"""Which certificates a connection accepts, whichever library makes the connection.

`Trust.context` is for the standard library's TLS. Every library hands the certificate that the
server showed to `Trust.check` right after the handshake, before anything is sent.
"""

from __future__ import annotations

import abc
import contextlib
import ipaddress
import ssl
from pathlib import Path

import service_identity
from cryptography import x509
from service_identity.cryptography import (
    verify_certificate_hostname,
    verify_certificate_ip_address,
)

from simulator.errors import InputError


class Untrusted(Exception):
    """The server showed no certificate that is accepted."""


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
        certificate = x509.load_der_x509_certificate(shown)
        try:
            if _is_address(domain):
                verify_certificate_ip_address(certificate, domain)
            else:
                verify_certificate_hostname(certificate, domain)
        except (service_identity.CertificateError, service_identity.VerificationError) as error:
            names = ", ".join(_names(certificate))
            told = f"is for {names}, not for {domain}" if names else "names no domain"
            raise Untrusted(f"its certificate {told}") from error


def _is_address(domain: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(domain))
    return False


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names.value]


class Anybody(Trust):
    """Accepts every certificate. Only for a server that the user chose not to verify."""

    def check(self, shown: bytes | None, domain: str) -> None:
        """Accept."""
