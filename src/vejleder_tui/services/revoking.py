"""Revocation: a coordinator says from which number on a key counts no more, here and wherever it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.bundle.keys import fingerprint_words
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Device
from vejleder_tui.queries.revoking import DeviceKey, device_key_list, hashes_at, newest_place
from vejleder_tui.services.keyring import WORDS_KEPT, fits
from vejleder_tui.services.trusting import reckon_anew

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk, Saved

__all__ = ["REVOKING", "Revocable", "Revoked", "may_revoke", "revocable", "revoke"]

REVOKING = frozenset({"coordinator", "exporter", "administration"})
"""The roles whose revocations count; every laptop judges so by the role of the key that wrote it."""


@dataclass(frozen=True)
class Revocable:
    """A device of the key that would be revoked, and the last number of it that would count, with its hash (0: none would)."""

    key: DeviceKey
    last: int
    end: str

    @property
    def words(self) -> str:
        """The first four words of its key."""
        return fingerprint_words(f"{self.key.recipient}\n{self.key.public_key}\n")


@dataclass(frozen=True)
class Revoked:
    """What was revoked: each device of the key, and the last number of it that counts (0: none does)."""

    devices: tuple[tuple[DeviceKey, int], ...]
    saved: Saved


def may_revoke(desk: Desk) -> bool:
    """Return whether the worker and this laptop may: a revocation by any other counts nowhere."""
    found = desk.store.connection.execute("SELECT role FROM device WHERE id = ?", (desk.device,)).fetchone()
    return desk.actor.role in REVOKING and found is not None and found[0] in REVOKING


def revocable(desk: Desk, named: str, *, after: int | None = None) -> tuple[Revocable, ...]:
    """Return what `revoke` would revoke: each device of the key and the last number that would count. Raises as it does."""
    return tuple(Revocable(*found) for found in _found(desk, named, after))


def revoke(desk: Desk, named: str, *, after: int | None = None) -> Revoked:
    """Revoke the key of the device that `named` names: its id, its name, or the first words (at least four) of its key.

    One step, which can be undone. Each known device of the key is revoked at its newest number here, the one that was
    named at number `after` if that is given: what it wrote later counts nowhere that the revocation reaches. Raises
    NotFoundError, and RuleError (not a coordinator, this laptop's own key, a number that is not here).
    """
    found = _found(desk, named, after)
    with desk.transaction(N_("spærret: {device}"), device=found[0][0].name) as work:
        for one, number, end in found:
            work.change(Device, one.device, revoked_seq=number, revoked_hash=end)
        # What is beyond the last number that counts may be here already.
        reckon_anew(desk, desk.store.connection)
        return Revoked(tuple((one, number) for one, number, _end in found), work.saved(found[0][0].device))


def _found(desk: Desk, named: str, after: int | None) -> list[tuple[DeviceKey, int, str]]:
    if not may_revoke(desk):
        raise RuleError(_("Kun en koordinator kan spærre en computer."), _("Bed koordinatoren om det."))
    several = device_key_list(desk.store.connection)
    found = [one for one in several if _is_named(one, named)]
    keys = {one.public_key for one in found}
    if not found:
        raise NotFoundError(_("Ingen computer her har det navn eller de ord."), _("Se dem med vejleder key list."))
    if len(keys) > 1 or (after is not None and len(found) > 1):
        raise RuleError(_("Det passer på flere computere."), _("Skriv nøglens ord eller computerens id."))
    together = [one for one in several if one.public_key in keys]
    if any(one.own for one in together):
        raise RuleError(_("Denne computer kan ikke spærre sin egen nøgle."), _("Gør det på en anden computer."))
    return [(one, *_place(desk, one, after if one in found else None)) for one in together]


def _is_named(one: DeviceKey, named: str) -> bool:
    if named.strip() in {one.device, one.name}:
        return True
    return fits(fingerprint_words(f"{one.recipient}\n{one.public_key}\n", WORDS_KEPT), named)


def _place(desk: Desk, one: DeviceKey, after: int | None) -> tuple[int, str]:
    if after is None:
        return newest_place(desk.store.connection, one.device)
    places = hashes_at(desk.store.connection, one.device, after)
    if not places:
        raise RuleError(_("Det nummer er ikke her."), _("Udelad --after, så tæller alt, hvad der er her nu."))
    if len(places) > 1:
        raise RuleError(
            _("Computeren findes i to kopier, og begge har skrevet det nummer."), _("Vælg et tidligere nummer.")
        )
    return after, places[0]
