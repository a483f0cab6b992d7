"""The certificate of serve.py and the authority behind it: what stays, what is made anew, and what phones believe."""

import datetime
import ipaddress
import os
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from serving import authority, certificate
from serving.addresses import Address
from serving.certificate import Certificate, ensure

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"localhost", "lab", "lab.local"}
ADDRESSES: set[Address] = {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("192.168.1.7")}
# A VPN, a container, a temporary IPv6 address, a campus.
OTHERS = ("10.8.0.2", "172.17.0.1", "2001:db8::59f1:3a", "198.51.100.20")


def said(made: Certificate) -> str:
    return "\n".join(made.news)


def chain(made: Certificate) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(made.file.read_bytes())


def trusts(authority_der: bytes, shown: ssl.SSLContext, host: str) -> bool:
    """Whether OpenSSL, which knows this authority alone, believes the server that it is this host."""
    phone = ssl.create_default_context(cadata=authority_der)
    to_server, to_phone = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = phone.wrap_bio(to_phone, to_server, server_hostname=host)
    server = shown.wrap_bio(to_server, to_phone, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    assert client.version() is not None
    return True


def test_everything_is_kept_and_said_once(tmp_path: Path) -> None:
    first = ensure(NAMES, ADDRESSES, tmp_path)
    assert "authority of this machine's own" in said(first) and certificate.MADE in said(first)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    for names, addresses in ((NAMES, ADDRESSES), ({"localhost"}, set[Address]())):  # fewer are covered too
        again = ensure(names, addresses, tmp_path)
        assert again.news == () and again.authority == first.authority
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("address", OTHERS)
def test_a_phone_goes_on_trusting_at_a_new_address(address: str, tmp_path: Path) -> None:
    phone_trusts = ensure(NAMES, ADDRESSES, tmp_path).authority
    moved = ensure(NAMES, {*ADDRESSES, ipaddress.ip_address(address)}, tmp_path)
    assert said(moved).startswith(certificate.MADE) and len(moved.news) == 1
    for host in (address, "192.168.1.7", "localhost", "lab", "lab.local"):
        assert trusts(phone_trusts, moved.context, host), host
    assert not trusts(phone_trusts, moved.context, "192.168.1.8")


def test_a_certificate_near_its_end_is_made_anew_by_the_same_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ensure(NAMES, ADDRESSES, tmp_path)
    served = chain(first)[0]
    monkeypatch.setattr(certificate, "REMAKE_BEFORE_END", datetime.timedelta(days=400))
    second = ensure(NAMES, ADDRESSES, tmp_path)
    assert chain(second)[0] != served and second.authority == first.authority


def test_an_authority_at_its_end_is_followed_by_another_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ensure(NAMES, ADDRESSES, tmp_path)
    now = datetime.datetime.now(datetime.UTC)
    monkeypatch.setattr(authority, "now", lambda: now + authority.LIFETIME - 40 * authority.DAY)
    # Its last certificate ends with it.
    monkeypatch.setattr(certificate, "now", authority.now)
    last = ensure(NAMES, ADDRESSES, tmp_path)
    assert last.authority == first.authority
    server, signer = chain(last)
    assert server.not_valid_after_utc == signer.not_valid_after_utc
    monkeypatch.setattr(authority, "now", lambda: now + authority.LIFETIME - 20 * authority.DAY)
    new = ensure(NAMES, ADDRESSES, tmp_path)
    assert new.authority != first.authority
    assert "come to its end" in said(new) and "once more" in said(new)


def test_a_certificate_of_before_authorities_were_kept_makes_one_and_says_so_once(tmp_path: Path) -> None:
    # What an older serve.py left: the same file, whose authority's key is gone.
    old = ensure(NAMES, ADDRESSES, tmp_path)
    (tmp_path / authority.FILE).unlink()
    new = ensure(NAMES, ADDRESSES, tmp_path)
    assert new.authority != old.authority
    assert "stays the same from now on" in said(new) and "once more" in said(new)
    assert trusts(new.authority, new.context, "192.168.1.7")
    assert ensure(NAMES, ADDRESSES, tmp_path).news == ()


SPOILED = [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "half", "another key"]


@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.parametrize("name", ["server.pem", authority.FILE])
def test_a_spoiled_file_is_made_anew_and_told(name: str, spoiled: bytes | str, tmp_path: Path) -> None:
    first = ensure(NAMES, ADDRESSES, tmp_path)
    file = tmp_path / name
    if spoiled == "half":
        spoiled = file.read_bytes()[: file.stat().st_size // 2]
    elif spoiled == "another key":
        whole = file.read_bytes()
        other = authority.key_as_pem(ec.generate_private_key(ec.SECP256R1()))
        spoiled = other + whole[whole.index(b"-----BEGIN CERTIFICATE") :]
    assert isinstance(spoiled, bytes)
    file.write_bytes(spoiled)
    new = ensure(NAMES, ADDRESSES, tmp_path)
    assert f"{name} was damaged" in said(new)
    assert (new.authority == first.authority) == (name == "server.pem")
    assert ("once more" in said(new)) == (name == authority.FILE)
    assert trusts(new.authority, new.context, "localhost")
    assert ensure(NAMES, ADDRESSES, tmp_path).news == ()


def test_two_that_start_at_once_find_one_authority(tmp_path: Path) -> None:
    program = (
        "import sys, ipaddress, pathlib, hashlib; from serving.certificate import ensure; sys.stdin.read(1); "
        "made = ensure({'localhost'}, {ipaddress.ip_address(sys.argv[2])}, pathlib.Path(sys.argv[1])); "
        "print(hashlib.sha256(made.authority).hexdigest())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "new"), f"10.0.0.{number}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(1, 7)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write("x")
        process.stdin.flush()
    outcomes = [process.communicate(timeout=60)[0] for process in started]
    assert len(set(outcomes)) == 1 and len(outcomes[0].strip()) == 64
    assert not list((tmp_path / "new").glob("*.tmp"))


@pytest.mark.skipif(os.name != "posix", reason="file modes are a thing of POSIX")
def test_the_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    ensure(NAMES, ADDRESSES, tmp_path / "kept")
    (tmp_path / "kept" / authority.FILE).chmod(0o644)  # as a careless copy leaves it
    ensure(NAMES, ADDRESSES, tmp_path / "kept")
    for name in (authority.FILE, "server.pem"):
        assert stat.S_IMODE((tmp_path / "kept" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


def test_a_certificate_is_one_that_browsers_take(tmp_path: Path) -> None:
    server, signer = chain(ensure(NAMES, ADDRESSES, tmp_path))
    server.verify_directly_issued_by(signer)
    assert server.not_valid_after_utc - server.not_valid_before_utc <= datetime.timedelta(days=398)
    subjects = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(subjects.get_values_for_type(x509.DNSName)) == NAMES
    assert set(subjects.get_values_for_type(x509.IPAddress)) == ADDRESSES
    assert server.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


@pytest.mark.parametrize("host", ["example.org", "lab.example.org", "notlocal", "mylab"])
def test_the_authority_is_believed_about_no_name_of_the_internet(host: str, tmp_path: Path) -> None:
    ensure(NAMES, ADDRESSES, tmp_path)
    stolen = authority.ensure(tmp_path, NAMES, certified_before=True)[0]
    assert not stolen.may_sign(host)
    key = ec.generate_private_key(ec.SECP256R1())
    forged = stolen.sign_server(key.public_key(), [x509.DNSName(host)], certificate.LIFETIME)
    (tmp_path / "forged.pem").write_bytes(authority.key_as_pem(key) + forged.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "forged.pem")
    assert not trusts(stolen.certificate.public_bytes(Encoding.DER), context, host)


def test_a_name_that_the_authority_may_not_sign_is_left_out(tmp_path: Path) -> None:
    first = ensure(NAMES, ADDRESSES, tmp_path)
    renamed = ensure({"localhost", "desk", "desk.local"}, ADDRESSES, tmp_path)
    assert renamed.authority == first.authority
    assert trusts(first.authority, renamed.context, "desk.local")
    assert not trusts(first.authority, renamed.context, "desk")
    assert ensure({"localhost", "desk", "desk.local"}, ADDRESSES, tmp_path).news == ()


def test_what_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / authority.FILE).mkdir()
    with pytest.raises(OSError):
        ensure(NAMES, ADDRESSES, tmp_path)
    assert (tmp_path / authority.FILE).is_dir()
