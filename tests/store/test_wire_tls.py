"""A connection over TLS: the server's certificate is checked."""

import datetime as dt
import ssl
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from hub.model.errors import StoreAway
from hub.store.connections.wire import Wire
from tests.store.fake_redis import fake_redis


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and its self-signed certificate for 127.0.0.1, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    host = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(days=1))
    signed = built.add_extension(host, critical=False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = tmp_path / "server.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


async def test_a_server_whose_certificate_we_trust_is_asked(certificate: Path) -> None:
    async with fake_redis(lambda _: b"+OK\r\n", secured=_secured(certificate)) as fake:
        wire = Wire(replace(fake.place, tls=True, ca_file=str(certificate)))
        await wire.open()

        assert await wire.call("SET", "k", "v") == b"OK"
        await wire.close()


async def test_a_server_whose_certificate_nobody_vouches_for_gets_no_word(certificate: Path) -> None:
    async with fake_redis(lambda _: b"+OK\r\n", secured=_secured(certificate)) as fake:
        wire = Wire(replace(fake.place, tls=True, password="secret"))

        with pytest.raises(StoreAway, match="certificate"):
            await wire.open()

        assert [] == fake.asked


def _secured(certificate: Path) -> ssl.SSLContext:
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(certificate)
    return secured
