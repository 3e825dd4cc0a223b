"""A bundle is opened and checked without our program: age, tar, zstd, sha256sum, minisign, jq."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.bundle.bundle_builder import Device, a_device, a_header, sealed_file, tar_of, tool, with_manifest
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.bundle.writer import WrittenBundle, write_bundle

if TYPE_CHECKING:
    from pathlib import Path


def run(*command: str, folder: Path, given: bytes = b"") -> str:
    done = subprocess.run([tool(command[0]), *command[1:]], cwd=folder, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture
def written(tmp_path: Path) -> tuple[Device, Device, WrittenBundle]:
    ours, centre = a_device(25_000), a_device(1)
    header = a_header(ours, [ours.cover()], [centre.recipient, ours.recipient])
    (tmp_path / "key.txt").write_text(f"# centre\n{centre.identity}\n", encoding="utf-8")
    return ours, centre, write_bundle(tmp_path, header, ours.lines, header.recipients, ours.signer)


def unpack(tmp_path: Path, path: Path) -> Path:
    folder = tmp_path / "opened"
    folder.mkdir()
    plain = subprocess.run(
        [tool("age"), "-d", "-i", str(tmp_path / "key.txt"), str(path)], capture_output=True, check=True
    )
    tool("zstd")
    run("tar", "--zstd", "-x", folder=folder, given=plain.stdout)
    return folder


def test_ordinary_tools_open_and_check_a_bundle(tmp_path: Path, written: tuple[Device, Device, WrittenBundle]) -> None:
    ours, centre, bundle = written
    folder = unpack(tmp_path, bundle.path)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert names[:3] == ["bundle.json", "manifest-sha256.txt", "manifest-sha256.txt.minisig"]
    assert names[3:5] == ["operations/000001.ndjson", "operations/000002.ndjson"]
    assert run("sha256sum", "--strict", "-c", "manifest-sha256.txt", folder=folder).count(": OK") == len(names) - 2
    told = run("minisign", "-Vm", "manifest-sha256.txt", "-P", ours.signer.public.text, folder=folder)
    assert f"vejleder-bundle/1 {bundle.bundle_id} to:{centre.recipient},{ours.recipient}" in told
    assert run("jq", "-r", ".covers[0].end", "bundle.json", folder=folder).strip() == ours.hashes[-1]
    operations = sorted(str(path) for path in folder.glob("operations/*"))
    assert run("jq", "-r", ".seq", *operations, folder=folder).split() == [str(seq) for seq in range(1, 25_001)]
    assert run("sha256sum", str(bundle.path), folder=folder).split()[0] == bundle.sha256
    assert run("sha256sum", "manifest-sha256.txt", folder=folder).split()[0] == bundle.manifest


def test_the_chain_and_its_signed_end_are_redone_in_the_shell(tmp_path: Path) -> None:
    ours = a_device(3)
    header = a_header(ours, [ours.cover()], [ours.recipient])
    (tmp_path / "key.txt").write_text(ours.identity, encoding="utf-8")
    folder = unpack(tmp_path, write_bundle(tmp_path, header, ours.lines, header.recipients, ours.signer).path)
    script = (
        "prev=$(printf '%064d' 0); while IFS= read -r line; do"
        " prev=$(printf '%s\\n%s\\n' \"$prev\" \"$line\" | sha256sum | cut -d' ' -f1);"
        " done < operations/000001.ndjson; echo $prev"
    )
    assert run("bash", "-c", script, folder=folder).strip() == ours.hashes[-1]
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    verify = (
        # The twelve bytes before the key say that it is one of Ed25519 (RFC 8410).
        r"{ printf '\060\052\060\005\006\003\053\145\160\003\041\000';"
        " jq -r '.covers[0].public_key' bundle.json | base64 -d | tail -c 32; } > key.der;"
        " jq -r '.covers[0].signature' bundle.json | base64 -d > head.sig;"
        " printf 'vejleder-head/2 %s %s %s %s' $(jq -r '.covers[0]|.device,.last,.end,.root' bundle.json) > head;"
        " openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in head -sigfile head.sig"
    )
    assert "Verified Successfully" in run("bash", "-c", verify, folder=folder)


def test_a_bundle_made_by_other_tools_is_read(tmp_path: Path) -> None:
    """Another vendor: tar by GNU tar, packed by zstd, sealed by age; level and window are its own."""
    ours = a_device(40)
    header = a_header(ours, [ours.cover()], [ours.recipient])
    content = b"".join(line + b"\n" for line in ours.lines)
    members = [("bundle.json", header.to_json()), ("operations/000001.ndjson", content)]
    tar = tar_of(with_manifest(members, header.trusted_comment, ours.signer))
    plain = subprocess.run([tool("zstd"), "-19", "--check", "-c"], input=tar, capture_output=True, check=True).stdout
    path = tmp_path / "other.tar.zst.age"
    subprocess.run([tool("age"), "-r", ours.recipient, "-o", str(path)], input=plain, check=True)
    found = verify_bundle(path, [ours.identity])
    assert found.ok, found.detail
    listed = subprocess.run([tool("tar"), "-tv"], input=tar, capture_output=True, check=True).stdout.decode()
    assert len(listed.splitlines()) == 4
    assert verify_bundle(sealed_file(tmp_path, tar, ours.recipient), [ours.identity]).manifest == found.manifest
