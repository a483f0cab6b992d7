"""How serve.py starts, or says in one line why it cannot."""

import ipaddress
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from building import models
from serving import addresses
from serving import cli as serving_cli
from serving.addresses import lan_addresses, listened_addresses, own_addresses, own_names
from serving.command import say_models
from serving.dev import Tree
from tests.other_models import NAME, STAND_IN, other_models

ROOT = Path(__file__).resolve().parent.parent.parent


def command(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(ROOT / "serve.py"), *arguments]
    environment = {**os.environ, "HEMOLENS_CACHE": str(cache)}
    return subprocess.run(line, check=False, capture_output=True, encoding="utf-8", env=environment, timeout=60)


def test_a_taken_port_is_named_with_a_free_one(built_dist: Path, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        arguments = ("--no-build", "--dist", str(built_dist), "--http", "--host", "127.0.0.1", "--port", str(taken))
        run = command(tmp_path, *arguments)
        assert run.returncode == 1
        assert run.stderr.startswith(f"serve.py: port {taken} is taken: try --port ")
        assert run.stderr.count("\n") == 1
        with socket.socket() as free:
            free.bind(("127.0.0.1", int(run.stderr.split()[-1])))


def test_an_address_of_somebody_else_is_refused(built_dist: Path, tmp_path: Path) -> None:
    for host in ("203.0.113.9", "no-such-host.invalid"):
        run = command(tmp_path, "--no-build", "--dist", str(built_dist), "--http", "--host", host, "--port", "0")
        assert run.returncode == 1
        assert f"{host} is not an address of this machine" in run.stderr
        assert run.stderr.count("\n") == 1


def test_a_folder_without_a_build_is_named(tmp_path: Path) -> None:
    run = command(tmp_path, "--no-build", "--dist", str(tmp_path / "nothing"))
    assert run.returncode == 1
    assert "nothing holds no build: run `python build.py" in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--port", "99999"], ["--port", "x"], ["--port", "-1"], ["--what"]])
def test_wrong_options_are_usage_errors(arguments: list[str], tmp_path: Path) -> None:
    assert command(tmp_path, *arguments).returncode == 2


def test_help_teaches(tmp_path: Path) -> None:
    said = command(tmp_path, "--help").stdout
    assert "examples:" in said and "--http" in said and "certificate" in said


def test_a_missing_build_is_made_first(built_dist: Path, tmp_path: Path) -> None:
    # The foreign folder stops the build, which shows that it was begun, and that nothing is served then.
    (tmp_path / "letter.txt").write_text("dear")
    run = command(tmp_path / "cache", "--dist", str(tmp_path), "--port", "0")
    assert run.returncode == 1
    assert "building it first" in run.stdout
    assert "holds something that no build made" in run.stderr


def test_a_build_of_other_models_is_never_served_for_these(built_dist: Path, tmp_path: Path) -> None:
    folder, dist = other_models(tmp_path / "web"), tmp_path / "dist"
    shutil.copytree(built_dist, dist)
    asked = ("--dist", str(dist), "--port", "0", "--http", "--host", "127.0.0.1", "--models", str(folder))
    line = [sys.executable, str(ROOT / "serve.py"), *asked]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as serving:
        assert serving.stdout is not None
        assert serving.stdout.readline() == "dist/ is of other models: building it first\n"
        serving.terminate()
        serving.communicate(timeout=60)
    run = command(tmp_path, *asked, "--no-build")
    assert run.returncode == 1
    assert f"dist is not of the models in {folder}: leave out --no-build, or --models" in run.stderr
    assert run.stderr.count("\n") == 1


def test_models_that_make_no_page_are_named(tmp_path: Path) -> None:
    for more in ([], ["--dev"], ["--no-build"]):
        run = command(tmp_path, "--port", "0", "--models", str(tmp_path / "nowhere"), *more)
        assert run.returncode == 1
        assert run.stderr.startswith(f"serve.py: there is no folder {tmp_path / 'nowhere'}: take one that")
        assert run.stderr.count("\n") == 1


def test_other_models_are_served_from_a_folder_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "web"
    assert serving_cli.parse([]).dist == ROOT / "dist"
    assert serving_cli.parse(["--models", str(models.SHIPPED)]).dist == ROOT / "dist"
    assert serving_cli.parse(["--models", str(folder)]).dist == ROOT / "dist-web"
    assert serving_cli.parse(["--models", str(folder), "--dist", "there"]).dist == Path("there")
    assert serving_cli.parse(["--models", str(folder), "--dev"]).dev


def test_dev_shows_other_models_and_sees_when_they_change(tmp_path: Path) -> None:
    folder = other_models(tmp_path / "web")
    tree = Tree(ROOT, {}, folder)
    before = tree.state()
    listing = folder / "models.json"
    for name in ("models.json", "estimator.onnx", "golden.png"):
        found = tree.find(f"/models/{name}", set())
        assert found is not None and found.open().read() == (folder / name).read_bytes()
    assert tree.find("/models/estimator.md", set()) is None
    # In the middle of an export: it is asked again with the next save.
    listing.write_text("{")
    between = tree.state()
    assert tree.find("/models/estimator.onnx", set()) is None
    shutil.copy(models.SHIPPED / "models.json", listing)
    assert len({before, between, tree.state()}) == 3
    assert tree.find("/models/estimator.onnx", set()) is not None


def test_whose_models_a_page_runs_is_said_where_they_are_not_those_that_ship(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    say_models(models.SHIPPED / "models.json")
    say_models(tmp_path / "nothing.json")
    assert capsys.readouterr().out == ""
    say_models(other_models(tmp_path / "web") / "models.json")
    assert capsys.readouterr().out == f"  This page runs other models than the shipped ones: {NAME} ({STAND_IN}).\n"


def test_a_cache_that_cannot_be_written_is_named(built_dist: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    run = command(tmp_path / "file", "--no-build", "--dist", str(built_dist), "--port", "0")
    assert run.returncode == 1
    assert "the certificate cannot be kept" in run.stderr and "HEMOLENS_CACHE" in run.stderr


def test_this_machine_knows_its_names_and_addresses() -> None:
    assert "localhost" in own_names()
    assert {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")} <= own_addresses()
    assert {ipaddress.ip_address(address) for address in lan_addresses()} <= own_addresses()


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("0.0.0.0", ["192.168.1.7", "10.8.0.2"]),
        ("", ["192.168.1.7", "10.8.0.2"]),
        ("localhost", ["192.168.1.7", "10.8.0.2"]),
        ("192.168.1.7", ["192.168.1.7"]),
        ("::", ["192.168.1.7", "10.8.0.2", "2001:db8::1"]),
        ("2001:db8::1", ["2001:db8::1"]),
        ("0::1", []),
    ],
)
def test_addresses_count_where_the_server_listens(
    host: str, reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = ["127.0.0.1", "::1", "192.168.1.7", "10.8.0.2", "2001:db8::1", "fe80::1"]
    monkeypatch.setattr(addresses, "own_addresses", lambda: {ipaddress.ip_address(each) for each in there})
    expected = {ipaddress.ip_address(each) for each in (*reached, "127.0.0.1", "::1")}
    assert listened_addresses(host) == expected
