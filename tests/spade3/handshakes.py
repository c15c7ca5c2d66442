"""A handshake with the TLS library that SPADE 3 uses."""

import contextlib

import OpenSSL.SSL

from simulator.spade3.tls import Verifier


def with_openssl(trust, key, certificate, domain):
    """Shake hands in memory as aioopenssl does, and check what was shown."""
    verifier = Verifier(trust)
    context = OpenSSL.SSL.Context(OpenSSL.SSL.TLS_SERVER_METHOD)
    context.use_privatekey(key)
    context.use_certificate(certificate)
    server = OpenSSL.SSL.Connection(context, None)
    server.set_accept_state()
    client = OpenSSL.SSL.Connection(verifier.context, None)
    client.set_connect_state()
    done = 0
    while done < 2:
        done = 0
        for end, other in ((client, server), (server, client)):
            try:
                end.do_handshake()
                done += 1
            except OpenSSL.SSL.WantReadError:
                pass
            with contextlib.suppress(OpenSSL.SSL.WantReadError):
                other.bio_write(end.bio_read(1 << 16))
    verifier.check(client, domain)
