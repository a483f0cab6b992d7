"""The server's certificate, made on the spot, and the small authority that signs it, kept outside the repository.

A browser lets a page use the camera over a connection that its owner accepted, but it keeps a page for offline use only
over one it trusts. So the certificate is signed by an authority of its own (authority.py), which may be installed on
the phone. The authority stays; a new certificate is made whenever this machine has a name or an address that the one
before lacks, or its end is near, and the phone trusts it without a word.
"""

from __future__ import annotations

import ipaddress
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from building.places import cache_dir, write_whole

from . import authority
from .addresses import Address
from .authority import DAY, Authority, key_as_pem, now

# Browsers refuse server certificates that live longer than this.
LIFETIME = 397 * DAY
REMAKE_BEFORE_END = 14 * DAY

MADE = "made a certificate for this machine's names and addresses"


@dataclass(frozen=True)
class Certificate:
    """What the server shows, ready to be used.

    Attributes:
        file: holds the key, the certificate and its authority.
        authority: the latter alone, as DER: what a phone installs.
        context: shows them to whoever connects.
        news: what a person should know, a line each; empty where all was there and good.
    """

    file: Path
    authority: bytes
    context: ssl.SSLContext
    news: tuple[str, ...]


def ensure(names: set[str], addresses: set[Address], folder: Path | None = None) -> Certificate:
    """The kept certificate where it is good for all these and not about to end, else a new one of the same authority.

    Of the names those count that the authority may sign (authority.py).

    Raises:
        OSError: the folder cannot be written, or what lies there cannot be read.
    """
    folder = folder or cache_dir() / "certificate"
    file = folder / "server.pem"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with _alone(folder):
        signer, news = authority.ensure(folder, names, certified_before=file.exists())
        names = {name for name in names if signer.may_sign(name)}
        kept = _read(file)
        if not _is_good(kept, names, addresses, signer):
            damaged = kept is None and file.exists()
            write_whole(file, _made(names, addresses, signer), mode=0o600)
            news.append(f"{file} was damaged, and is made anew" if damaged else f"{MADE}: {file}")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Read while nobody else may write it.
        context.load_cert_chain(file)
    return Certificate(file, signer.certificate.public_bytes(Encoding.DER), context, tuple(news))


def follow(first: Certificate, known: set[Address], renew: Callable[[Address], Certificate]) -> None:
    """Have a connection at an address that this machine got later, of another network or a VPN, shown a new one.

    Args:
        first: what the server started with; its context asks here at every connection.
        known: the addresses that it is good for.
        renew: makes one that is good for this address too; where it raises OSError, the one before is shown.
    """
    shown, asked, one_at_a_time = [first.context], set(known), threading.Lock()

    def choose(connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        address: Address = ipaddress.ip_address(connection.getsockname()[0].split("%")[0])
        if isinstance(address, ipaddress.IPv6Address):
            address = address.ipv4_mapped or address
        with one_at_a_time:
            if address not in asked:
                asked.add(address)
                with suppress(OSError):
                    shown[0] = renew(address).context
            if shown[0] is not first.context:
                connection.context = shown[0]

    first.context.sni_callback = choose


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two that start at the same moment come one after the other, and so find one authority."""
    with (folder / "lock").open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        # Closing the file gives the lock back.
        yield


def _read(file: Path) -> x509.Certificate | None:
    try:
        server = x509.load_pem_x509_certificates(file.read_bytes())[0]
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file)  # the key is there and fits
        _subjects(server)
    except (FileNotFoundError, ValueError, ssl.SSLError, x509.ExtensionNotFound, IndexError):
        return None
    return server


def _is_good(server: x509.Certificate | None, names: set[str], addresses: set[Address], signer: Authority) -> bool:
    if server is None or not signer.has_signed(server) or now() >= server.not_valid_after_utc - REMAKE_BEFORE_END:
        return False
    kept_names, kept_addresses = _subjects(server)
    return names <= kept_names and addresses <= kept_addresses


def _subjects(certificate: x509.Certificate) -> tuple[set[str], set[Address]]:
    subjects = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {
        address
        for address in subjects.get_values_for_type(x509.IPAddress)
        if isinstance(address, ipaddress.IPv4Address | ipaddress.IPv6Address)
    }
    return set(subjects.get_values_for_type(x509.DNSName)), addresses


def _made(names: set[str], addresses: set[Address], signer: Authority) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subjects: list[x509.GeneralName] = [x509.DNSName(name) for name in sorted(names)]
    subjects += [x509.IPAddress(address) for address in sorted(addresses, key=str)]
    server = signer.sign_server(key.public_key(), subjects, LIFETIME)
    parts = [key_as_pem(key), server.public_bytes(Encoding.PEM), signer.certificate.public_bytes(Encoding.PEM)]
    return b"".join(parts)
