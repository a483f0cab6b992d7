"""The authority that signs this machine's certificates: made once, kept with its key, and worth little to a thief.

Whoever held its key could pretend to be others before a phone that trusts it. So it is kept where its owner alone may
read it, and it can do as little as phones know how to hold it to:

- It signs names of this machine, `localhost` and names below `.local`, which are of the network at hand, and no name
  of the internet: the critical name constraints of RFC 5280 (4.2.1.10). Chromium, Firefox and OpenSSL were seen to take
  its certificates and to refuse a forged one; iOS and Android know these constraints as well. Of addresses it may sign
  each: a VPN, a campus or a temporary IPv6 address may be any, and would else take a new authority, which is what this
  one is there to spare. Pages of the internet go by name.
- It signs servers alone (extended key usage), and no further authority (path length 0).

A name that this machine gets later, and that the authority may not sign, is left out of its certificates.
"""

from __future__ import annotations

import datetime
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from building.places import write_whole

DAY = datetime.timedelta(days=1)
# Browsers bound the life of servers' certificates, not that of an authority that a person installed.
LIFETIME = 3652 * DAY
# Longer than before the end of a server's certificate, which ends with it.
REMAKE_BEFORE_END = 30 * DAY
CLOCKS_DIFFER = DAY

FILE = "authority.pem"
NAME = "HemoLens on this machine"
# Names of the network at hand, besides this machine's own.
LOCAL_NAMES = ("local", "localhost")
ONCE_MORE = "phones that trusted the one before have to install it once more"


@dataclass(frozen=True)
class Authority:
    """Its key, and the certificate that a phone installs."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def may_sign(self, name: str) -> bool:
        """Whether phones believe it about this name."""
        return any(name == each or name.endswith("." + each) for each in _permitted(self.certificate))

    def has_signed(self, certificate: x509.Certificate) -> bool:
        """Whether this certificate is one of its own."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def sign_server(
        self, key: ec.EllipticCurvePublicKey, subjects: list[x509.GeneralName], lifetime: datetime.timedelta
    ) -> x509.Certificate:
        """A server's certificate for these names and addresses; it ends with the authority at the latest."""
        end = min(now() - CLOCKS_DIFFER + lifetime, self.certificate.not_valid_after_utc)
        signer = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        # The blank keeps everybody from taking the subject for the name of a host, which may not be signed.
        return (
            _begun("HemoLens server", self.certificate.subject, key, end, signs=False)
            .add_extension(x509.SubjectAlternativeName(subjects), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signer), critical=False)
            .sign(self.key, hashes.SHA256())
        )


def ensure(folder: Path, names: set[str], *, certified_before: bool) -> tuple[Authority, list[str]]:
    """The authority of this folder, made where there is none that can be used; and what a person should know of it.

    Args:
        names: this machine's, which a new authority may sign.
        certified_before: there was an authority here whose key was not kept.

    Raises:
        OSError: the file cannot be read or written.
    """
    file = folder / FILE
    kept = None
    try:
        kept = _loaded(file.read_bytes())
    except FileNotFoundError:
        news = f"made an authority of this machine's own, which stays the same from now on: {file}"
        if certified_before:
            news += f"; {ONCE_MORE}"
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.ExtensionNotFound):
        news = f"{file} was damaged, and a new authority is made; {ONCE_MORE}"
    if kept is not None:
        with suppress(OSError):  # another owner's, who let us read it
            file.chmod(0o600)
        if now() < kept.certificate.not_valid_after_utc - REMAKE_BEFORE_END:
            return kept, []
        news = f"the authority in {file} has come to its end, and a new one is made; {ONCE_MORE}"
    made = _made(names)
    write_whole(file, key_as_pem(made.key) + made.certificate.public_bytes(Encoding.PEM), mode=0o600)
    return made, [news]


def _loaded(data: bytes) -> Authority:
    """What the bytes hold; raises what `ensure` takes for damage."""
    key = load_pem_private_key(data, None)
    certificate = x509.load_pem_x509_certificate(data)
    certificate.verify_directly_issued_by(certificate)
    _permitted(certificate)
    certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ValueError("the key is another one's")
    return Authority(key, certificate)


def _made(names: set[str]) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(NAME)
    others = sorted(each for each in names if not each.endswith(".local") and each not in LOCAL_NAMES)
    permitted = [x509.DNSName(each) for each in (*LOCAL_NAMES, *others)]
    end = now() - CLOCKS_DIFFER + LIFETIME
    certificate = (
        _begun(NAME, name, key.public_key(), end, signs=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


def _permitted(certificate: x509.Certificate) -> list[str]:
    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    return [each.value for each in constraints.permitted_subtrees or () if isinstance(each, x509.DNSName)]


def _begun(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey, end: datetime.datetime, *, signs: bool
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
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
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - CLOCKS_DIFFER)
        .not_valid_after(end)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def key_as_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as text, not encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def now() -> datetime.datetime:
    """The time, as certificates have it."""
    return datetime.datetime.now(datetime.UTC)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
