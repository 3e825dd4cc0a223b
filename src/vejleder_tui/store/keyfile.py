"""The key file of a store: who may open it, and how that changes. keydocument.py has the format."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import stamp
from vejleder_tui.errors import BusyError, PassphraseError, StoreError
from vejleder_tui.i18n import _
from vejleder_tui.store import slots as wrap
from vejleder_tui.store.failures import translate_error
from vejleder_tui.store.keydocument import FORMAT, delay_after, find_slot, read_keys, try_again, wait_after, write_keys
from vejleder_tui.store.lock import brief_lock
from vejleder_tui.store.passphrase import (
    check_passphrase,
    new_recovery_code,
    normalise_passphrase,
    normalise_recovery_code,
)
from vejleder_tui.store.slots import ADMINISTRATION, KEY_SIZE, PASSPHRASE, RECOVERY, Cost, Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness

__all__ = ["KeyFile", "Unlocked", "WrongPassphraseError"]


class WrongPassphraseError(PassphraseError):
    """The passphrase fits no slot, or it was not even tried; `wait_seconds` is how long until the next try."""

    def __init__(self, message: str, remedy: str, wait_seconds: int) -> None:
        super().__init__(message, remedy)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Unlocked:
    """What an opened slot gives: the slot, and every data key the database may be under, the newest first."""

    slot: Slot
    keys: tuple[tuple[str, bytes], ...] = field(repr=False)

    @property
    def data_key(self) -> bytes:
        """The newest data key: 32 bytes."""
        return self.keys[0][1]

    @property
    def data_keys(self) -> tuple[bytes, ...]:
        """Every data key to try, the newest first."""
        return tuple(key for _id, key in self.keys)


class KeyFile:
    """The key file at `path`; every call reads it anew, so that another window's change is seen."""

    def __init__(self, path: Path, *, clock: Clock, randomness: Randomness, cost: Cost | None = None) -> None:
        self.path = path
        self._clock = clock
        self._randomness = randomness
        self._cost = cost or Cost()

    # -- reading -------------------------------------------------------------------------------------------------

    def slots(self) -> tuple[Slot, ...]:
        """Return the slots in the order they were added; raises StoreError for a missing or damaged file."""
        return tuple(wrap.describe(one) for one in read_keys(self.path)["slots"])

    def wait_seconds(self, now: datetime) -> int:
        """Return the seconds (0–300) until a passphrase may be tried again."""
        return wait_after(read_keys(self.path)["failures"], now)

    # -- opening -------------------------------------------------------------------------------------------------

    def unlock_with_passphrase(self, worker: str | None, passphrase: str) -> Unlocked:
        """Return the data keys that `passphrase` opens in `worker`'s slots (None: in anybody's).

        Raises WrongPassphraseError, also without trying while the delay runs; StoreError for a damaged file. The
        count of wrong tries is kept in the file; where the folder cannot be written to, it is not kept.
        """
        found = read_keys(self.path)
        wait = wait_after(found["failures"], self._clock.now())
        if wait:
            raise WrongPassphraseError(_("Der er prøvet med forkerte adgangssætninger."), try_again(wait), wait)
        secret = normalise_passphrase(passphrase)
        for one in found["slots"]:
            if one["kind"] == PASSPHRASE and worker in (None, one["worker"]):
                unlocked = self._try(found, one, secret)
                if unlocked is not None:
                    if found["failures"]["count"]:
                        self._count(lambda _count: 0)
                    return unlocked
        wait = delay_after(self._count(lambda count: count + 1))
        raise WrongPassphraseError(
            _("Adgangssætningen passer ikke. Store og små bogstaver tæller med."), try_again(wait), wait
        )

    def unlock_with_recovery(self, code: str) -> Unlocked:
        """Return the data keys that the printed recovery code opens; raises PassphraseError.

        There is no delay: 160 random bits cannot be guessed, and this is the way out for who waits.
        """
        read = normalise_recovery_code(code)
        if read is None:
            raise PassphraseError(
                _("Gendannelseskoden er ikke skrevet rigtigt."), _("Den har 8 grupper på 4 tegn. Skriv dem alle.")
            )
        found = read_keys(self.path)
        for one in found["slots"]:
            if one["kind"] == RECOVERY:
                unlocked = self._try(found, one, read)
                if unlocked is not None:
                    return unlocked
        raise PassphraseError(
            _("Gendannelseskoden passer ikke til disse registreringer."),
            _("Se efter, om der findes en nyere udskrift."),
        )

    def unlock_with_identity(self, identity: str) -> Unlocked:
        """Return the data keys that administration's age identity (AGE-SECRET-KEY-1…) opens; raises PassphraseError."""
        found = read_keys(self.path)
        for one in found["slots"]:
            if one["kind"] == ADMINISTRATION:
                opened = {
                    key_id: wrap.open_with_identity(stored, found["store"], key_id, identity)
                    for key_id, stored in one["wrapped"].items()
                }
                unlocked = _collect(found, one, opened)
                if unlocked is not None:
                    return unlocked
        raise PassphraseError(_("Nøglen åbner ikke disse registreringer."), _("Vælg en anden nøglefil."))

    def _try(self, found: dict[str, Any], one: dict[str, Any], secret: str) -> Unlocked | None:
        wrapping = wrap.derive(secret, one.get("kdf"))
        opened = {
            key_id: wrap.unseal(wrapping, stored, wrap.bound(found["store"], one, key_id))
            for key_id, stored in one["wrapped"].items()
        }
        return _collect(found, one, opened)

    # -- writing -------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        # Read and written under one lock: a wrong try in another window must not bring a removed slot back.
        try:
            with brief_lock(self.path.with_suffix(".lock")):
                found = read_keys(self.path)
                yield found
                write_keys(self.path, found)
        except OSError as error:
            raise translate_error(error) from error

    def _count(self, change: Callable[[int], int]) -> int:
        count = 0
        # Advice only: a folder that cannot be written to must not keep the right passphrase out.
        with contextlib.suppress(StoreError, BusyError, OSError), brief_lock(self.path.with_suffix(".lock")):
            found = read_keys(self.path)
            count = change(int(found["failures"]["count"]))
            found["failures"] = {"count": count, "last": stamp(self._clock.now()) if count else ""}
            write_keys(self.path, found)
        return count

    def create(self, passphrase: str, *, worker: str, label: str, allow_weak: bool = False) -> tuple[Unlocked, str]:
        """Write a new key file with one worker's slot and a recovery slot; return the data key and the code.

        The code is nowhere else: show it once. `allow_weak` is for the sandbox. Raises RuleError for a weak
        passphrase, StoreError when there is a key file already, NotSavedError.
        """
        if not allow_weak:
            check_passphrase(passphrase)
        if self.path.exists():
            raise StoreError(_("Her er allerede registreringer."), _("Vælg en anden mappe, eller lås op i stedet."))
        now = stamp(self._clock.now())
        key_id, data_key = self._randomness.take(4).hex(), self._randomness.take(KEY_SIZE)
        found: dict[str, Any] = {
            "format": FORMAT,
            "store": self._randomness.take(16).hex(),
            "keys": [{"id": key_id, "created": now}],
            "slots": [],
            "failures": {"count": 0, "last": ""},
        }
        keys = ((key_id, data_key),)
        first = self._new_slot(found, PASSPHRASE, worker, label)
        self._wrap(found, first, normalise_passphrase(passphrase), keys)
        code = self._put_recovery(found, keys)
        try:
            write_keys(self.path, found)
        except OSError as error:
            raise translate_error(error) from error
        return Unlocked(wrap.describe(first), keys), code

    def add_passphrase(
        self, unlocked: Unlocked, passphrase: str, *, worker: str, label: str, allow_weak: bool = False
    ) -> Slot:
        """Add a worker's slot and return it; raises RuleError, StoreError, NotSavedError."""
        if not allow_weak:
            check_passphrase(passphrase)
        with self._changing() as found:
            _require_current(found, unlocked)
            one = self._new_slot(found, PASSPHRASE, worker, label)
            self._wrap(found, one, normalise_passphrase(passphrase), unlocked.keys)
            return wrap.describe(one)

    def add_administration(self, unlocked: Unlocked, recipient: str, *, label: str) -> Slot:
        """Seal the data key to administration's age recipient too, in place of an earlier one; raises StoreError."""
        with self._changing() as found:
            _require_current(found, unlocked)
            found["slots"] = [one for one in found["slots"] if one["kind"] != ADMINISTRATION]
            one = self._new_slot(found, ADMINISTRATION, "", label)
            one["recipient"] = recipient
            for key_id, data_key in unlocked.keys:
                one["wrapped"][key_id] = wrap.seal_to_recipient(data_key, found["store"], key_id, recipient)
            return wrap.describe(one)

    def renew_recovery(self, unlocked: Unlocked) -> str:
        """Replace the recovery slot and return the new code, to be shown once; the old code opens nothing more."""
        with self._changing() as found:
            _require_current(found, unlocked)
            return self._put_recovery(found, unlocked.keys)

    def change_passphrase(self, unlocked: Unlocked, slot_id: str, passphrase: str) -> None:
        """Give a passphrase slot a new passphrase and salt; raises RuleError, StoreError, NotSavedError."""
        check_passphrase(passphrase)
        with self._changing() as found:
            _require_current(found, unlocked)
            one = find_slot(found, slot_id, PASSPHRASE)
            self._wrap(found, one, normalise_passphrase(passphrase), unlocked.keys)
            found["failures"] = {"count": 0, "last": ""}

    def remove_slot(self, slot_id: str) -> None:
        """Take a slot away; raises StoreError for an unknown one and for the last passphrase."""
        with self._changing() as found:
            going = find_slot(found, slot_id)
            left = [one for one in found["slots"] if one is not going]
            if not any(one["kind"] == PASSPHRASE for one in left):
                raise StoreError(
                    _("Den sidste adgangssætning kan ikke fjernes: så kunne ingen åbne registreringerne."),
                    _("Tilføj en anden medarbejder først."),
                )
            found["slots"] = left

    def begin_rotation(self, unlocked: Unlocked) -> Unlocked:
        """Add a second data key, sealed under the first; return both, the new one first.

        Each slot opens both from now on. Re-encrypt the database (`PRAGMA rekey`), then call `finish_rotation`.
        """
        with self._changing() as found:
            _require_current(found, unlocked)
            if len(found["keys"]) > 1:
                return unlocked
            old_id, old_key = unlocked.keys[0]
            new_id, new_key = self._randomness.take(4).hex(), self._randomness.take(KEY_SIZE)
            sealed = wrap.seal(old_key, new_key, wrap.canonical([found["store"], old_id, new_id]), self._randomness)
            found["keys"].append(
                {"id": new_id, "created": stamp(self._clock.now()), "under": {"key": old_id, **sealed}}
            )
            return Unlocked(unlocked.slot, ((new_id, new_key), *unlocked.keys))

    def finish_rotation(self, unlocked: Unlocked, passphrase: str) -> tuple[str, tuple[Slot, ...]]:
        """Forget the old data key; return a new recovery code and the slots that had to go.

        `passphrase` re-wraps `unlocked`'s own slot. Administration's is sealed anew; those of other workers go, as
        their passphrases are not known here: they are added again. Call it when the database is under the new key.
        """
        with self._changing() as found:
            _require_current(found, unlocked)
            own = find_slot(found, unlocked.slot.id, PASSPHRASE)
            if self._try(found, own, normalise_passphrase(passphrase)) is None:
                raise PassphraseError(_("Adgangssætningen passer ikke. Store og små bogstaver tæller med."))
            newest = unlocked.keys[:1]
            key_id, data_key = newest[0]
            found["keys"] = [{"id": key_id, "created": found["keys"][-1]["created"]}]
            gone = [one for one in found["slots"] if one["kind"] == PASSPHRASE and one is not own]
            found["slots"] = [one for one in found["slots"] if one not in gone]
            self._wrap(found, own, normalise_passphrase(passphrase), newest)
            for one in found["slots"]:
                if one["kind"] == ADMINISTRATION:
                    sealed = wrap.seal_to_recipient(data_key, found["store"], key_id, one["recipient"])
                    one["wrapped"] = {key_id: sealed}
            return self._put_recovery(found, newest), tuple(map(wrap.describe, gone))

    def _new_slot(self, found: dict[str, Any], kind: str, worker: str, label: str) -> dict[str, Any]:
        one: dict[str, Any] = {
            "id": self._randomness.take(8).hex(),
            "kind": kind,
            "label": label,
            "worker": worker,
            "created": stamp(self._clock.now()),
            "wrapped": {},
        }
        found["slots"].append(one)
        return one

    def _wrap(
        self, found: dict[str, Any], one: dict[str, Any], secret: str, keys: tuple[tuple[str, bytes], ...]
    ) -> None:
        one["kdf"] = wrap.new_kdf(self._cost, self._randomness)
        wrapping = wrap.derive(secret, one["kdf"])
        one["wrapped"] = {
            key_id: wrap.seal(wrapping, data_key, wrap.bound(found["store"], one, key_id), self._randomness)
            for key_id, data_key in keys
        }

    def _put_recovery(self, found: dict[str, Any], keys: tuple[tuple[str, bytes], ...]) -> str:
        code = new_recovery_code(self._randomness)
        found["slots"] = [one for one in found["slots"] if one["kind"] != RECOVERY]
        one = self._new_slot(found, RECOVERY, "", "")
        self._wrap(found, one, code.replace("-", ""), keys)
        return code


def _require_current(found: dict[str, Any], unlocked: Unlocked) -> None:
    if {one["id"] for one in found["keys"]} != {key_id for key_id, _key in unlocked.keys}:
        raise StoreError(_("Nøglefilen er ændret i et andet vindue."), _("Lås op igen, og prøv en gang til."))


def _collect(found: dict[str, Any], one: dict[str, Any], opened: dict[str, bytes | None]) -> Unlocked | None:
    known = {key_id: key for key_id, key in opened.items() if key is not None}
    for link in found["keys"]:
        under = link.get("under")
        if under is not None and link["id"] not in known and under["key"] in known:
            key = wrap.unseal(known[under["key"]], under, wrap.canonical([found["store"], under["key"], link["id"]]))
            if key is None:
                raise wrap.keys_damaged()
            known[link["id"]] = key
    keys = tuple((link["id"], known[link["id"]]) for link in reversed(found["keys"]) if link["id"] in known)
    return Unlocked(wrap.describe(one), keys) if keys else None
