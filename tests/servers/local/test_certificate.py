"""The run's certificate."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from simulator.journal.folder import write_private_bytes
from simulator.servers.local.certificate import make_certificate


def test_it_is_for_the_domain_and_young(tmp_path):
    made = make_certificate("localhost", tmp_path)
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    now = datetime.datetime.now(datetime.UTC)
    assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc
    assert certificate.not_valid_after_utc - now < datetime.timedelta(days=40)
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)


def test_it_can_be_for_an_address(tmp_path):
    made = make_certificate("127.0.0.1", tmp_path)
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_its_files_are_private_and_the_bundle_holds_both(tmp_path):
    made = make_certificate("localhost", tmp_path)
    for path in (made.certificate, made.key, made.bundle, made.authority):
        assert path.stat().st_mode & 0o777 == 0o600
    assert made.bundle.read_bytes() == made.key.read_bytes() + made.certificate.read_bytes()


def test_an_existing_file_is_not_overwritten(tmp_path):
    write_private_bytes(tmp_path / "file", b"first")
    with pytest.raises(FileExistsError):
        write_private_bytes(tmp_path / "file", b"second")
