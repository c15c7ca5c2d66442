"""What a `Trust` accepts, for aioopenssl.

aioopenssl reports a failed handshake twice and noisily, so OpenSSL's verdict on the chain is
collected during the handshake and judged right after it, before anything is sent.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import OpenSSL.SSL
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.servers.real.trust import Trust, Untrusted


class Verifier:
    """One OpenSSL context for all connections, and the check of what the server showed."""

    def __init__(self, trust: Trust) -> None:
        self._check = trust.check
        self._faults: WeakKeyDictionary[OpenSSL.SSL.Connection, str] = WeakKeyDictionary()
        self.context = OpenSSL.SSL.Context(OpenSSL.SSL.TLS_CLIENT_METHOD)
        self.context.set_min_proto_version(OpenSSL.SSL.TLS1_2_VERSION)
        if trust.authorities is None:
            return
        self.context.set_verify(OpenSSL.SSL.VERIFY_PEER, self._note)
        if trust.authorities:
            self.context.load_verify_locations(trust.authorities)
        else:
            self.context.set_default_verify_paths()

    def _note(
        self, connection: OpenSSL.SSL.Connection, _shown: object, error: int, depth: int, valid: int
    ) -> bool:
        if not valid:
            self._faults.setdefault(
                connection, f"its certificate chain fails at depth {depth}: {_reason(error)}"
            )
        return True

    def check(self, connection: OpenSSL.SSL.Connection, domain: str) -> None:
        """Raise Untrusted for a chain that OpenSSL refuses, or what the trust refuses."""
        fault = self._faults.get(connection)
        if fault is not None:
            raise Untrusted(fault)
        shown = connection.get_peer_certificate(as_cryptography=True)
        self._check(None if shown is None else shown.public_bytes(Encoding.DER), domain)


_verifiers: WeakKeyDictionary[Trust, Verifier] = WeakKeyDictionary()


def verifier_of(trust: Trust) -> Verifier:
    """The one verifier of a trust."""
    verifier = _verifiers.get(trust)
    if verifier is None:
        verifier = _verifiers[trust] = Verifier(trust)
    return verifier


def _reason(error: int) -> str:
    """OpenSSL's verification error in words, such as ``CERT_HAS_EXPIRED`` as a phrase."""
    for name, code in vars(OpenSSL.SSL.X509VerificationCodes).items():
        if code == error and name.startswith("ERR_"):
            return name.removeprefix("ERR_").replace("_", " ").lower()
    return f"OpenSSL error {error}"
