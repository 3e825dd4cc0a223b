"""Slots: who opens the store, who does not, and what a damaged key file says."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyrage
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from tests.store.conftest import CHEAP, NOW, PASSPHRASE
from vejleder_tui.clock import FixedClock
from vejleder_tui.errors import PassphraseError, RuleError, StoreError
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.store.keydocument import delay_after, write_keys
from vejleder_tui.store.keyfile import KeyFile, WrongPassphraseError
from vejleder_tui.store.passphrase import check_passphrase, new_recovery_code, normalise_recovery_code

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "fire helt andre ord"


@pytest.fixture
def keys(tmp_path: Path, clock: FixedClock) -> KeyFile:
    return KeyFile(tmp_path / "vejleder.keys.json", clock=clock, randomness=SystemRandomness(), cost=CHEAP)


def _create(keys: KeyFile) -> tuple[Any, str]:
    return keys.create(PASSPHRASE, worker="w1", label="MJ")


def test_the_passphrase_opens_the_same_key_for_its_worker_and_for_anybody(keys: KeyFile) -> None:
    made, _code = _create(keys)
    assert len(made.data_key) == 32
    assert keys.unlock_with_passphrase("w1", PASSPHRASE).data_key == made.data_key
    assert keys.unlock_with_passphrase(None, PASSPHRASE).slot.label == "MJ"
    with pytest.raises(WrongPassphraseError):
        keys.unlock_with_passphrase("w2", PASSPHRASE)


def test_the_real_cost_is_64_mib_and_three_passes(keys: KeyFile) -> None:
    KeyFile(keys.path, clock=FixedClock(NOW), randomness=SystemRandomness()).create(PASSPHRASE, worker="w", label="MJ")
    kdf = json.loads(keys.path.read_text())["slots"][0]["kdf"]
    assert (kdf["name"], kdf["memory_kib"], kdf["iterations"], kdf["lanes"]) == ("argon2id", 65536, 3, 1)
    assert keys.unlock_with_passphrase("w", PASSPHRASE).slot.worker == "w"


def test_letters_are_the_same_however_the_keyboard_composed_them(keys: KeyFile) -> None:
    made, _code = keys.create("a\u030arets fire lange ord", worker="w1", label="MJ")
    assert keys.unlock_with_passphrase("w1", "årets fire lange ord").data_key == made.data_key


def test_the_recovery_code_opens_in_any_case_and_grouping(keys: KeyFile) -> None:
    made, code = _create(keys)
    assert [len(group) for group in code.split("-")] == [4] * 8
    for typed in (code, code.lower(), code.replace("-", ""), f"  {code.replace('-', ' ')} ", code.replace("0", "O")):
        assert keys.unlock_with_recovery(typed).data_key == made.data_key
    with pytest.raises(PassphraseError, match="8 grupper"):
        keys.unlock_with_recovery(code[:-1])
    with pytest.raises(PassphraseError, match="passer ikke"):
        keys.unlock_with_recovery(new_recovery_code(SystemRandomness()))


def test_a_renewed_recovery_code_ends_the_old_one(keys: KeyFile) -> None:
    made, old = _create(keys)
    new = keys.renew_recovery(made)
    assert keys.unlock_with_recovery(new).data_key == made.data_key
    with pytest.raises(PassphraseError):
        keys.unlock_with_recovery(old)


def test_administration_opens_with_its_own_age_key_and_nobody_elses(keys: KeyFile) -> None:
    made, _code = _create(keys)
    identity = pyrage.x25519.Identity.generate()
    keys.add_administration(made, str(identity.to_public()), label="Ishøj")
    assert keys.unlock_with_identity(str(identity)).data_key == made.data_key
    with pytest.raises(PassphraseError):
        keys.unlock_with_identity(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(PassphraseError):
        keys.unlock_with_identity("no key at all")
    with pytest.raises(StoreError, match="age1"):
        keys.add_administration(made, "age1nonsense", label="Ishøj")
    assert [slot.kind for slot in keys.slots()] == ["passphrase", "recovery", "administration"]


def test_changing_a_passphrase_leaves_the_key_and_the_other_slots(keys: KeyFile) -> None:
    made, code = _create(keys)
    keys.add_passphrase(made, OTHER, worker="w2", label="AB")
    keys.change_passphrase(made, made.slot.id, "seks helt nye danske ord her")
    assert keys.unlock_with_passphrase("w1", "seks helt nye danske ord her").data_key == made.data_key
    assert keys.unlock_with_passphrase("w2", OTHER).data_key == made.data_key
    assert keys.unlock_with_recovery(code).data_key == made.data_key
    with pytest.raises(WrongPassphraseError):
        keys.unlock_with_passphrase("w1", PASSPHRASE)


def test_a_removed_slot_opens_nothing_and_the_last_passphrase_stays(keys: KeyFile) -> None:
    made, _code = _create(keys)
    second = keys.add_passphrase(made, OTHER, worker="w2", label="AB")
    keys.remove_slot(made.slot.id)
    with pytest.raises(WrongPassphraseError):
        keys.unlock_with_passphrase(None, PASSPHRASE)
    with pytest.raises(StoreError, match="sidste"):
        keys.remove_slot(second.id)
    with pytest.raises(StoreError, match="findes ikke"):
        keys.remove_slot(made.slot.id)


def test_the_delay_grows_and_a_right_passphrase_ends_it(keys: KeyFile, clock: FixedClock) -> None:
    _create(keys)
    waits = []
    for _try in range(10):
        with pytest.raises(WrongPassphraseError) as caught:
            keys.unlock_with_passphrase("w1", "forkert sætning helt")
        waits.append(caught.value.wait_seconds)
        clock.moment += timedelta(seconds=waits[-1])
    assert waits == [0, 0, 5, 10, 20, 40, 80, 160, 300, 300]
    assert keys.wait_seconds(clock.now()) == 0
    keys.unlock_with_passphrase("w1", PASSPHRASE)
    assert json.loads(keys.path.read_text())["failures"] == {"count": 0, "last": ""}


def test_while_the_delay_runs_not_even_the_right_one_is_tried(keys: KeyFile, clock: FixedClock) -> None:
    _create(keys)
    for _try in range(3):
        with pytest.raises(WrongPassphraseError) as caught:
            keys.unlock_with_passphrase("w1", "forkert sætning helt")
    assert str(caught.value) == (
        "Adgangssætningen passer ikke. Store og små bogstaver tæller med. Prøv igen om 5 sekunder, eller vælg Glemt?"
    )
    clock.moment += timedelta(seconds=2)
    assert keys.wait_seconds(clock.now()) == 3
    with pytest.raises(WrongPassphraseError, match="om 3 sekunder"):
        keys.unlock_with_passphrase("w1", PASSPHRASE)
    clock.moment += timedelta(seconds=3)
    assert keys.unlock_with_passphrase("w1", PASSPHRASE).slot.worker == "w1"


def test_a_clock_set_back_locks_nobody_out(keys: KeyFile, clock: FixedClock) -> None:
    _create(keys)
    for _try in range(3):
        with pytest.raises(WrongPassphraseError):
            keys.unlock_with_passphrase("w1", "forkert sætning helt")
    assert keys.wait_seconds(NOW - timedelta(days=400)) == 0


def test_delay_has_a_ceiling_for_any_count() -> None:
    assert delay_after(10**9) == 300


@pytest.mark.parametrize("good", ["tolv tegn her", "ravn bro kop is", "æøåæøåæøåæøå"])
def test_passphrases_that_are_long_enough(good: str) -> None:
    check_passphrase(good)


@pytest.mark.parametrize("weak", ["", "demo", "elleve tegn", "a b c d", "           x"])
def test_passphrases_that_are_too_short_say_what_to_do(keys: KeyFile, weak: str) -> None:
    with pytest.raises(RuleError, match="mindst 4 ord eller 12 tegn"):
        keys.create(weak, worker="w1", label="MJ")
    assert not keys.path.exists()


@given(st.binary(min_size=32, max_size=32))
def test_every_code_reads_back_as_itself(raw: bytes) -> None:
    class Fixed:
        def take(self, count: int) -> bytes:
            return raw[:count]

    code = new_recovery_code(Fixed())
    assert normalise_recovery_code(code.swapcase()) == code.replace("-", "")


def test_rotation_opens_both_keys_until_it_is_finished(keys: KeyFile) -> None:
    made, old_code = _create(keys)
    identity = pyrage.x25519.Identity.generate()
    keys.add_administration(made, str(identity.to_public()), label="Ishøj")
    other = keys.add_passphrase(made, OTHER, worker="w2", label="AB")
    both = keys.begin_rotation(made)
    assert both.data_keys[1] == made.data_key
    assert both.data_key != made.data_key
    # Every slot, also those whose secret was not at hand, opens both.
    assert keys.unlock_with_passphrase("w2", OTHER).data_keys == both.data_keys
    assert keys.unlock_with_recovery(old_code).data_keys == both.data_keys
    assert keys.unlock_with_identity(str(identity)).data_keys == both.data_keys
    assert keys.begin_rotation(both) == both
    code, gone = keys.finish_rotation(both, PASSPHRASE)
    assert [slot.id for slot in gone] == [other.id]
    assert keys.unlock_with_passphrase("w1", PASSPHRASE).data_keys == (both.data_key,)
    assert keys.unlock_with_recovery(code).data_keys == (both.data_key,)
    assert keys.unlock_with_identity(str(identity)).data_keys == (both.data_key,)
    with pytest.raises(PassphraseError):
        keys.unlock_with_recovery(old_code)
    with pytest.raises(StoreError, match="andet vindue"):
        keys.add_passphrase(made, OTHER, worker="w3", label="CD")


@pytest.mark.parametrize("place", range(0, 100, 3))
def test_a_changed_byte_is_never_taken_for_a_wrong_passphrase(keys: KeyFile, place: int) -> None:
    _create(keys)
    raw = bytearray(keys.path.read_bytes())
    at = len(raw) * place // 100
    raw[at] ^= 0x02
    keys.path.write_bytes(raw)
    try:
        keys.unlock_with_passphrase("w1", PASSPHRASE)
    except StoreError:
        return
    # White space between the parts carries nothing.
    assert chr(raw[at] ^ 0x02).isspace()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff" * 40, b"[" * 100_000, b'{"format": "vejleder-keys/1"}', b"x" * 2_000_000]
)
def test_any_other_content_is_a_damaged_key_file(keys: KeyFile, content: bytes) -> None:
    keys.path.write_bytes(content)
    with pytest.raises(StoreError, match="beskadiget"):
        keys.unlock_with_passphrase("w1", PASSPHRASE)


def test_a_newer_format_says_so(keys: KeyFile) -> None:
    keys.path.write_text('{"format": "vejleder-keys/2"}')
    with pytest.raises(StoreError, match="nyere version"):
        keys.slots()


def _edited(keys: KeyFile, change: Any) -> None:
    found = json.loads(keys.path.read_text())
    del found["checksum"]
    change(found)
    write_keys(keys.path, found)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["slots"][0]["kdf"].update(memory_kib=1 << 40),
        lambda found: found["slots"][0]["kdf"].update(iterations=10**9),
        lambda found: found["slots"][0]["kdf"].update(salt="!!"),
        lambda found: found["slots"][0].update(wrapped=[]),
        lambda found: found["slots"][0].update(created="yesterday"),
        lambda found: found.update(slots=None),
        lambda found: found.update(keys=[]),
        lambda found: found.update(failures={"count": 3, "last": "x"}),
        lambda found: found["slots"].extend(found["slots"] * 200),
    ],
)
def test_parameters_that_no_version_wrote_are_refused(keys: KeyFile, change: Any) -> None:
    _create(keys)
    _edited(keys, change)
    with pytest.raises(StoreError, match="beskadiget"):
        keys.unlock_with_passphrase("w1", PASSPHRASE)


def test_a_slot_cannot_be_given_to_another_worker_or_moved_to_another_store(keys: KeyFile) -> None:
    _create(keys)
    _edited(keys, lambda found: found["slots"][0].update(worker="w2"))
    with pytest.raises(WrongPassphraseError):
        keys.unlock_with_passphrase("w2", PASSPHRASE)
    _edited(keys, lambda found: (found["slots"][0].update(worker="w1"), found.update(store="00" * 16)))
    with pytest.raises(WrongPassphraseError):
        keys.unlock_with_passphrase("w1", PASSPHRASE)


def test_initials_may_change_without_the_passphrase(keys: KeyFile) -> None:
    _create(keys)
    _edited(keys, lambda found: found["slots"][0].update(label="MJH"))
    assert keys.unlock_with_passphrase("w1", PASSPHRASE).slot.label == "MJH"


def test_a_wrong_try_does_not_bring_back_what_another_window_removed(keys: KeyFile) -> None:
    made, _code = _create(keys)
    keys.add_passphrase(made, OTHER, worker="w2", label="AB")

    class Meanwhile(FixedClock):
        calls = 0

        def now(self) -> Any:
            self.calls += 1
            if self.calls == 1:
                keys.remove_slot(made.slot.id)
            return super().now()

    window = KeyFile(keys.path, clock=Meanwhile(NOW), randomness=SystemRandomness(), cost=CHEAP)
    with pytest.raises(WrongPassphraseError):
        window.unlock_with_passphrase("w1", "forkert sætning helt")
    assert [slot.worker for slot in keys.slots()] == ["", "w2"]


def test_windows_that_change_the_file_at_once_lose_no_slot(keys: KeyFile) -> None:
    made, _code = _create(keys)
    windows = [
        KeyFile(keys.path, clock=FixedClock(NOW), randomness=SystemRandomness(), cost=CHEAP) for _window in range(6)
    ]

    def work(number: int) -> None:
        one = windows[number].add_passphrase(made, OTHER, worker=f"own-{number}", label="AB")
        windows[number].add_passphrase(made, OTHER, worker=f"kept-{number}", label="AB")
        with contextlib.suppress(WrongPassphraseError):
            windows[number].unlock_with_passphrase("w1", "forkert sætning helt")
        windows[number].remove_slot(one.id)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(6)))
    assert sorted(slot.worker for slot in keys.slots()) == sorted(
        ["", "w1", *(f"kept-{number}" for number in range(6))]
    )


def test_the_file_is_private_holds_no_secret_and_leaves_nothing_beside_it(keys: KeyFile) -> None:
    made, code = _create(keys)
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    raw = keys.path.read_bytes()
    for secret in (
        PASSPHRASE.encode(),
        code.encode(),
        code.replace("-", "").encode(),
        made.data_key,
        made.data_key.hex().encode(),
    ):
        assert secret not in raw
    assert made.data_key.hex() not in repr(made)
    assert repr(made.data_key) not in repr(made)
    assert not list(keys.path.parent.glob("*.new"))
    with pytest.raises(StoreError, match="allerede"):
        _create(keys)


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def test_a_reader_written_from_the_page_on_security_alone_opens_it(keys: KeyFile) -> None:
    made, code = _create(keys)
    found = json.loads(keys.path.read_text())
    checksum = found.pop("checksum")
    assert hashlib.sha256(_canonical(found)).hexdigest() == checksum
    for slot, secret in zip(found["slots"], (PASSPHRASE, code.replace("-", "")), strict=True):
        kdf = slot["kdf"]
        wrapping = Argon2id(
            salt=base64.b64decode(kdf["salt"]),
            length=32,
            iterations=kdf["iterations"],
            lanes=kdf["lanes"],
            memory_cost=kdf["memory_kib"],
        ).derive(secret.encode())
        for key_id, sealed in slot["wrapped"].items():
            bound = _canonical([found["store"], slot["id"], slot["kind"], slot["worker"], kdf, key_id])
            opened = ChaCha20Poly1305(wrapping).decrypt(
                base64.b64decode(sealed["nonce"]), base64.b64decode(sealed["sealed"]), bound
            )
            assert opened == made.data_key
