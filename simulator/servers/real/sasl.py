"""Logging in (RFC 6120, section 6): PLAIN, or SCRAM where that is better or all there is."""

from __future__ import annotations

import base64
import binascii

from simulator.errors import AuthenticationRefused
from simulator.servers.real.stream import ClientStream, condition_of, in_words

SASL = "urn:ietf:params:xml:ns:xmpp-sasl"

_SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-1")
_SUCCESS, _FAILURE, _CHALLENGE = (
    f"{{{SASL}}}{name}" for name in ("success", "failure", "challenge")
)


async def authenticate(stream: ClientStream, account: str, localpart: str, password: str) -> None:
    """Authenticate as `localpart`; `account` names it in messages. The stream must be restarted.

    The password itself is sent to a verified server only, unless it offers nothing else.
    Raises AuthenticationRefused, or ServerUnavailable for a server that does not do its part.
    """
    offered = [
        mechanism.text or ""
        for mechanism in stream.features.iterfind(f"{{{SASL}}}mechanisms/{{{SASL}}}mechanism")
    ]
    liked = ("PLAIN", *_SCRAM) if stream.is_verified else (*_SCRAM, "PLAIN")
    mechanism = next((mechanism for mechanism in liked if mechanism in offered), None)
    if mechanism is None:
        shown = in_words(", ".join(offered) or "nothing", "")
        raise AuthenticationRefused(
            f"{stream.address} offers no login mechanism that we know: {shown} ({account})"
        )
    if mechanism == "PLAIN":
        await _begin(stream, account, mechanism, f"\0{localpart}\0{password}", _SUCCESS)
    else:
        await _scram(stream, account, mechanism, localpart, password)


async def _scram(
    stream: ClientStream, account: str, mechanism: str, localpart: str, password: str
) -> None:
    """SCRAM (RFC 5802). The server has to prove that it knows the password, too."""
    # Half a second to import, and hardly ever needed.
    import scramp  # noqa: PLC0415

    try:
        client = scramp.ScramClient([mechanism], localpart, password)
        begun = client.get_client_first()
        client.set_server_first(await _begin(stream, account, mechanism, begun, _CHALLENGE))
        stream.send(f"<response xmlns='{SASL}'>{_encoded(client.get_client_final())}</response>")
        client.set_server_final(await _answer(stream, account, _SUCCESS))
    except scramp.ScramException as error:
        raise stream.violation(f"failed at {mechanism} for {account}: {error}") from error


async def _begin(
    stream: ClientStream, account: str, mechanism: str, message: str, wanted: str
) -> str:
    stream.send(f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{_encoded(message)}</auth>")
    return await _answer(stream, account, wanted)


async def _answer(stream: ClientStream, account: str, wanted: str) -> str:
    """What the server says in the element `wanted`."""
    answer = await stream.next("answer to the login", wanted, _FAILURE)
    if answer.tag == _FAILURE:
        condition, text = condition_of(answer, SASL)
        reason = "" if condition == "not-authorized" else f": {in_words(condition, text)}"
        raise AuthenticationRefused(
            f"{stream.address} refused the account or its password ({account}){reason}"
        )
    try:
        return base64.b64decode(answer.text or "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise stream.violation("sent a login message that is not base64") from None


def _encoded(message: str) -> str:
    return base64.b64encode(message.encode()).decode("ascii")
