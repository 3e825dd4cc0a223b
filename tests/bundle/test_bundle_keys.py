"""Keys, cards, words, and minisign's files against minisign itself."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pyrage
import pytest

from tests.bundle.bundle_builder import a_device, tool
from vejleder_tui.bundle.keys import (
    KeyCard,
    age_recipient_of,
    fingerprint_words,
    generate_age_identity,
    parse_identities,
    parse_key_card,
    parse_recipients,
)
from vejleder_tui.bundle.minisign import MinisignError, PublicKey, SigningKey, read_signature, write_signature
from vejleder_tui.bundle.words import words
from vejleder_tui.errors import NoRecipientError, RuleError
from vejleder_tui.ids import SeededRandomness, SystemRandomness

if TYPE_CHECKING:
    from pathlib import Path

_SEEDED = SeededRandomness(1)


def a_card() -> KeyCard:
    device = a_device(1)
    return KeyCard(device.device, "Bærbar 4", "0183", "vejleder", device.recipient, device.signer.public.text)


def test_the_word_list_has_one_word_a_byte() -> None:
    assert len(words()) == len(set(words())) == 256
    assert all(word.isalpha() and word.islower() and 2 <= len(word) <= 10 for word in words())


def test_fingerprints_are_words_of_the_digest() -> None:
    assert fingerprint_words("age1abc") == fingerprint_words("age1abc")
    assert fingerprint_words("age1abc", 6).startswith(fingerprint_words("age1abc"))
    assert len(fingerprint_words("x").split("-")) == 4
    # SHA-256 of the empty text begins e3 b0 c4 42
    assert fingerprint_words("") == "-".join(words()[byte] for byte in (0xE3, 0xB0, 0xC4, 0x42))
    with pytest.raises(ValueError, match="4 to 16"):
        fingerprint_words("x", 3)


def test_an_identity_is_in_ages_own_spelling() -> None:
    identity = generate_age_identity(SystemRandomness())
    assert str(pyrage.x25519.Identity.from_str(identity)) == identity
    assert generate_age_identity(SeededRandomness(5)) == generate_age_identity(SeededRandomness(5))
    keygen = subprocess.run([tool("age-keygen"), "-y"], input=identity, capture_output=True, text=True, check=True)
    assert keygen.stdout.strip() == age_recipient_of(identity)
    assert parse_identities(f"# created: 2026\n# public key: age1\n{identity}\n") == (identity,)
    for text in ("", "# intet\n", "age1abc", identity + "x"):
        with pytest.raises(RuleError):
            parse_identities(text)


def test_a_key_card_is_read_back() -> None:
    card = a_card()
    assert parse_key_card(card.to_json()) == card
    assert parse_key_card(json.dumps(json.loads(card.to_json()) | {"more": 1})) == card
    assert len(card.words().split("-")) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"format": "vejleder-key/2"},
        {"age": "age1abc"},
        {"minisign": "RWabc"},
        {"device": "../../x"},
        {"municipality": "0183/.."},
        {"name": "a\x1b[31m"},
        {"name": None},
        {"role": 5},
        {"name": "n" * 201},
    ],
)
def test_a_bad_key_card_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(RuleError):
        parse_key_card(json.dumps(json.loads(a_card().to_json()) | change))


def test_recipients_come_from_cards_lines_and_files() -> None:
    card, bare = a_card(), a_device(1).recipient
    assert [found.card for found in parse_recipients(card.to_json())] == [card]
    assert [found.recipient for found in parse_recipients(bare)] == [bare]
    line = json.dumps(json.loads(card.to_json()))
    text = f"\ufeff# Administrationen\r\n{bare}\r\n\r\n{line}\n# igen\n{bare}\n"
    found = parse_recipients(text)
    assert [(entry.recipient, entry.card, entry.comment) for entry in found] == [
        (bare, None, "Administrationen"),
        (card.recipient, card, ""),
    ]


def test_a_private_key_is_never_taken_for_a_recipient() -> None:
    with pytest.raises(RuleError, match="privat nøgle"):
        parse_recipients(f"# public key: age1\n{a_device(1).identity}\n")
    for text in ("", "# kun en bemærkning\n"):
        with pytest.raises(NoRecipientError):
            parse_recipients(text)
    for text in ("hej", "{}", "{", "[" * 100_000, "age1" + "q" * 58, "x" * 300_000):
        with pytest.raises(RuleError):
            parse_recipients(text)


def test_minisign_takes_our_signatures(tmp_path: Path) -> None:
    key = SigningKey.generate(_SEEDED)
    message = tmp_path / "manifest-sha256.txt"
    message.write_bytes(b"indhold\n")
    (tmp_path / "manifest-sha256.txt.minisig").write_bytes(write_signature(key, b"indhold\n", "vejleder æøå"))
    (tmp_path / "key.pub").write_text(key.public.file, encoding="utf-8")
    for given in (["-P", key.public.text], ["-p", str(tmp_path / "key.pub")]):
        answer = subprocess.run([tool("minisign"), "-Vm", str(message), *given], capture_output=True, check=True)
        assert "vejleder æøå" in answer.stdout.decode()
    message.write_bytes(b"indhold!\n")
    assert subprocess.run(
        [tool("minisign"), "-Vm", str(message), "-P", key.public.text], capture_output=True, check=False
    ).returncode


def test_we_take_minisigns_signatures(tmp_path: Path) -> None:
    made = [tool("minisign"), "-G", "-W", "-p", str(tmp_path / "k.pub"), "-s", str(tmp_path / "k.sec")]
    if subprocess.run(made, capture_output=True, check=False).returncode:
        # Versions before 0.11 have no -W; two empty lines answer the two questions for a passphrase.
        made.remove("-W")
        subprocess.run(made, input=b"\n\n", capture_output=True, check=True)
    message = tmp_path / "m"
    message.write_bytes(b"hej")
    sign = [tool("minisign"), "-S", "-s", str(tmp_path / "k.sec"), "-m", str(message), "-t", "til æøå"]
    subprocess.run(sign, input=b"\n", capture_output=True, check=True)
    public = PublicKey.parse((tmp_path / "k.pub").read_text(encoding="utf-8"))
    assert read_signature(public, b"hej", (tmp_path / "m.minisig").read_bytes()) == "til æøå"


def test_every_byte_of_a_signature_file_but_its_first_comment_counts() -> None:
    key = SigningKey.generate(_SEEDED)
    whole = write_signature(key, b"hej", "til nogen")
    for place in range(whole.index(b"\n"), len(whole)):
        for changed in (whole[place] ^ 1, whole[place] ^ 4, 0xFF):
            with pytest.raises(MinisignError):
                read_signature(key.public, b"hej", whole[:place] + bytes([changed]) + whole[place + 1 :])
    for cut in range(len(whole)):
        with pytest.raises(MinisignError):
            read_signature(key.public, b"hej", whole[:cut])
    with pytest.raises(MinisignError):
        read_signature(SigningKey.generate(_SEEDED).public, b"hej", whole)
    with pytest.raises(MinisignError):
        write_signature(key, b"hej", "to\nlinjer")


def test_a_private_key_shows_nothing() -> None:
    assert "seed" not in repr(SigningKey.generate(_SEEDED))
