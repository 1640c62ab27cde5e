"""Certificates for a server on this machine, and for whoever signs them."""

import ipaddress
import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.adapters.clock import SystemClock

_NOW = SystemClock().now()
_HERE = "127.0.0.1"


class Authority:
    """Signs certificates; `file` is its own, for those who are to trust it."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self.file = folder / f"{name}.pem"
        words = _words(self._name, self._name, self._key, days=1)
        words = words.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made = words.sign(self._key, hashes.SHA256())
        self.file.write_bytes(made.public_bytes(Encoding.PEM))

    def server(self, address: str = _HERE, *, days: int = 1) -> ssl.SSLContext:
        """Give what a server at an address speaks TLS with; its certificate has so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        made = (
            _words(_name("server"), self._name, key, days=days)
            .add_extension(named, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        file = self._folder / f"server-{made.serial_number}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(secret + made.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _words(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOW - timedelta(days=10))
        .not_valid_after(_NOW + timedelta(days=days))
    )
