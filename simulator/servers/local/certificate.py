"""A TLS certificate for one run."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.journal.folder import write_private_bytes

_VALID_FOR = datetime.timedelta(days=30)
_CLOCK_SLACK = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate in files of mode 0600.

    `certificate` and `key` are PEM files, `bundle` holds both; `der` is the certificate itself,
    for a client that trusts exactly this one.
    """

    certificate: Path
    key: Path
    bundle: Path
    der: bytes


def make_certificate(domain: str, folder: Path) -> Certificate:
    """Make a P-256 certificate for `domain` in `folder`, valid for a month.

    P-256 signs in a fraction of RSA's time, which each agent's handshake has to pay.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(domain, key)
    key_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return Certificate(
        certificate=write_private_bytes(folder / "server.crt", pem),
        key=write_private_bytes(folder / "server.key", key_pem),
        bundle=write_private_bytes(folder / "server.pem", pem + key_pem),
        der=certificate.public_bytes(serialization.Encoding.DER),
    )


def _sign(domain: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain[:64])])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SLACK)
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.SubjectAlternativeName([_general_name(domain)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _general_name(domain: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(domain))
    except ValueError:
        return x509.DNSName(domain)
