"""Which certificates are accepted, over real handshakes in memory, by either TLS library."""

import contextlib
import datetime
import ipaddress
import ssl
import tempfile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from simulator.errors import InputError
from simulator.servers.local.certificate import make_certificate
from simulator.servers.real.trust import Anybody, Authorities, Untrusted
from tests.generations import foreign_names

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    def __init__(self, folder, name="authority"):
        self.name = name_of(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.sign(
            self.name,
            self.key,
            x509.BasicConstraints(ca=True, path_length=None),
            critical=True,
        )
        self.file = folder / f"{name}.crt"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, *names, until=NOW + DAY):
        key = ec.generate_private_key(ec.SECP256R1())
        return key, self.sign(
            name_of("server"), key, x509.SubjectAlternativeName(list(names)), until=until
        )

    def issue_nameless(self):
        key = ec.generate_private_key(ec.SECP256R1())
        plain = x509.BasicConstraints(ca=False, path_length=None)
        return key, self.sign(name_of("example.org"), key, plain)

    def sign(self, subject, key, extension, critical=False, until=NOW + DAY):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 2 * DAY)
            .not_valid_after(until)
            .add_extension(extension, critical=critical)
            .sign(self.key, hashes.SHA256())
        )


def dns(name):
    return x509.DNSName(name)


def with_ssl(trust, key, certificate, domain):
    """The same with the standard library's TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as bundle:
        bundle.write(certificate.public_bytes(Encoding.PEM))
        bundle.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        bundle.flush()
        context.load_cert_chain(bundle.name)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(up, down, server_side=True)
    client = trust.context.wrap_bio(down, up, server_hostname="any")
    try:
        for end in (client, server, client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
    except ssl.SSLCertVerificationError as error:
        raise Untrusted(f"its certificate chain fails: {error.verify_message}") from error
    trust.check(client.getpeercert(binary_form=True), domain)


def libraries():
    """How each TLS library shakes hands that the installed generation uses."""
    if "simulator.spade3" in foreign_names():
        return [with_ssl]
    from tests.spade3.handshakes import with_openssl  # noqa: PLC0415

    return [with_openssl, with_ssl]


@pytest.fixture(params=libraries())
def meet(request):
    """`meet(trust, key, certificate, domain)` raises Untrusted, or does not."""
    return request.param


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def shown_by(made):
    """Key and certificate of a server that we started."""
    key = serialization.load_pem_private_key(made.key.read_bytes(), None)
    return key, x509.load_pem_x509_certificate(made.certificate.read_bytes())


@pytest.mark.parametrize("domain", ["localhost", "127.0.0.1"])
def test_the_certificate_of_a_run_is_trusted(meet, tmp_path, domain):
    made = make_certificate(domain, tmp_path)
    meet(Authorities(made.authority), *shown_by(made), domain)


def test_the_certificate_of_another_run_is_not(meet, tmp_path):
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.mkdir()
    trust = Authorities(make_certificate("localhost", mine).authority)
    with pytest.raises(Untrusted, match="chain fails"):
        meet(trust, *shown_by(make_certificate("localhost", other)), "localhost")


@pytest.mark.parametrize(
    ("domain", "presented"),
    [
        ("example.org", "example.org"),
        ("EXAMPLE.org", "example.ORG"),
        ("chat.example.org", "*.example.org"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
    ],
)
def test_an_authority_vouches_for_the_domain(meet, authority, domain, presented):
    trust = Authorities(authority.file)
    meet(trust, *authority.issue(dns(presented)), domain)


def test_an_authority_vouches_for_one_of_several_names(meet, authority):
    trust = Authorities(authority.file)
    meet(trust, *authority.issue(dns("a.example"), dns("b.example")), "b.example")


def test_an_authority_vouches_for_an_address(meet, authority):
    trust = Authorities(authority.file)
    shown = authority.issue(x509.IPAddress(ipaddress.ip_address("192.0.2.1")))
    meet(trust, *shown, "192.0.2.1")
    with pytest.raises(Untrusted):
        meet(trust, *shown, "192.0.2.2")


@pytest.mark.parametrize(
    ("domain", "presented"),
    [
        ("example.org", "example.com"),
        ("example.org", "*.example.org"),
        ("a.b.example.org", "*.example.org"),
        ("example.org", "*.org"),
        ("example.org", "*"),
        ("evil-example.org", "example.org"),
        ("chat.example.org", "c*.example.org"),
    ],
)
def test_another_domains_certificate_is_refused(meet, authority, domain, presented):
    trust = Authorities(authority.file)
    with pytest.raises(Untrusted, match=r"is for .* not for"):
        meet(trust, *authority.issue(dns(presented)), domain)


def test_a_certificate_without_a_name_is_refused(meet, authority):
    trust = Authorities(authority.file)
    with pytest.raises(Untrusted, match="names no domain"):
        meet(trust, *authority.issue_nameless(), "example.org")


def test_an_expired_certificate_is_refused(meet, authority):
    trust = Authorities(authority.file)
    with pytest.raises(Untrusted, match="expired"):
        meet(trust, *authority.issue(dns("example.org"), until=NOW - DAY), "example.org")


def test_an_unknown_authority_is_refused(meet, authority, tmp_path):
    stranger = Authority(tmp_path, "stranger")
    for trust in (Authorities(authority.file), Authorities()):
        with pytest.raises(Untrusted, match="chain fails"):
            meet(trust, *stranger.issue(dns("example.org")), "example.org")


def test_one_refusal_does_not_taint_the_next_connection(meet, authority, tmp_path):
    trust = Authorities(authority.file)
    stranger = Authority(tmp_path, "stranger")
    with pytest.raises(Untrusted):
        meet(trust, *stranger.issue(dns("example.org")), "example.org")
    meet(trust, *authority.issue(dns("example.org")), "example.org")


def test_a_self_signed_certificate_can_be_named_as_authority(meet, tmp_path):
    owner = Authority(tmp_path)
    certificate = owner.sign(owner.name, owner.key, x509.SubjectAlternativeName([dns("localhost")]))
    file = tmp_path / "self-signed.crt"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    meet(Authorities(file), owner.key, certificate, "localhost")


def test_anybody_means_anybody(meet, tmp_path):
    trust = Anybody()
    meet(trust, *Authority(tmp_path).issue(dns("x")), "example.org")


def test_a_file_without_certificates_is_an_input_error(tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    with pytest.raises(InputError, match=r"empty\.pem"):
        Authorities(empty)
