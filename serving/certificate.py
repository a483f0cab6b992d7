"""The server's certificate, made on the spot and kept outside the repository.

A browser lets a page use the camera over a connection that its owner accepted, but it keeps a page for
offline use only over one it trusts. So the certificate is signed by a small authority of its own, which
may be installed on the phone. That authority's key is thrown away at once: it can never sign anything else.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from building.places import cache_dir, write_whole

from .addresses import Address

# Browsers refuse server certificates that live longer than this.
LIFETIME = datetime.timedelta(days=397)
REMAKE_BEFORE_END = datetime.timedelta(days=14)
CLOCKS_DIFFER = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """`file` holds the key, the certificate and its authority; `authority` is the latter alone, as DER."""

    file: Path
    authority: bytes
    made_now: bool

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.file)
        return context


def ensure(names: set[str], addresses: set[Address], folder: Path | None = None) -> Certificate:
    """The kept certificate where it is good for all these and not about to end, else a new one."""
    file = (folder or cache_dir() / "certificate") / "server.pem"
    kept = _read(file)
    if kept:
        server, authority = kept
        kept_names, kept_addresses = _subjects(server)
        end = server.not_valid_after_utc - REMAKE_BEFORE_END
        if names <= kept_names and addresses <= kept_addresses and _now() < end:
            return Certificate(file, authority.public_bytes(Encoding.DER), made_now=False)
    key, server, authority = _make(names, addresses)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(0o700)
    parts = [private, server.public_bytes(Encoding.PEM), authority.public_bytes(Encoding.PEM)]
    write_whole(file, b"".join(parts), mode=0o600)
    return Certificate(file, authority.public_bytes(Encoding.DER), made_now=True)


def _read(file: Path) -> tuple[x509.Certificate, x509.Certificate] | None:
    try:
        server, authority = x509.load_pem_x509_certificates(file.read_bytes())
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file)  # the key is there and fits
        _subjects(server)
    except (OSError, ValueError, x509.ExtensionNotFound):
        return None
    return server, authority


def _subjects(certificate: x509.Certificate) -> tuple[set[str], set[Address]]:
    subjects = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {
        address
        for address in subjects.get_values_for_type(x509.IPAddress)
        if isinstance(address, ipaddress.IPv4Address | ipaddress.IPv6Address)
    }
    return set(subjects.get_values_for_type(x509.DNSName)), addresses


def _make(
    names: set[str], addresses: set[Address]
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate, x509.Certificate]:
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("HemoLens on this machine")
    signer = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        _builder(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(signer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    subjects: list[x509.GeneralName] = [x509.DNSName(name) for name in sorted(names)]
    subjects += [x509.IPAddress(address) for address in sorted(addresses, key=str)]
    server = (
        _builder(_name("HemoLens"), authority_name, key.public_key())
        .add_extension(x509.SubjectAlternativeName(subjects), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signer), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return key, server, authority


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - CLOCKS_DIFFER)
        .not_valid_after(_now() - CLOCKS_DIFFER + LIFETIME)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
