"""Overdragelse, fourth part: senders that count no more, and what waits for keys that never did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from vejleder_tui.i18n import _, ngettext
from vejleder_tui.rules.formats import number
from vejleder_tui.screens.handover_reading import HandoverReading
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.discarding import Discarded
    from vejleder_tui.services.revoking import Revocable, Revoked

__all__ = ["HandoverSenders"]

HASH_SHOWN = 8
"""So many hex digits of a hash are shown: enough for two people to compare."""


class HandoverSenders(HandoverReading):
    """The commands that say whose operations do not count."""

    def _only_reads(self) -> bool:
        if self.desk.read_only:
            self.say(cast("Any", self.desk.store_link).read_only_sentence(), error=True)
        return bool(self.desk.read_only)

    # A sender that counts no more

    async def command_key_revoke(self) -> None:
        """Revoke the sender in focus, or the one that is named, once a person has seen what still counts."""
        if self._only_reads():
            return
        named = self._sender_in_focus() or await self._ask(
            _("Spær hvilken computer: dens navn, eller fire ord af nøglen")
        )
        if named is None:
            return
        found: list[Revocable] = []

        def look(desk: Desk) -> None:
            from vejleder_tui.services.revoking import revocable  # noqa: PLC0415 - in the writer thread

            found.extend(revocable(desk, named))

        if not await self.done(look):
            return
        standing = next((one for one in found if one.key.revoked is not None), None)
        if standing is not None:
            self.say(
                _("{name} er spærret allerede: til og med nummer {last} tæller.").format(
                    name=plain(standing.key.name), last=number(standing.key.revoked or 0)
                )
            )
            return
        if not await self._sure(_question(found), _("Annullér"), _("Spær"), "s"):
            self.say(_("Intet er spærret."))
            return
        done: list[Revoked] = []

        def act(desk: Desk) -> None:
            from vejleder_tui.services.revoking import revoke  # noqa: PLC0415

            done.append(revoke(desk, named))

        if await self.done(act):
            await self.load()
            self.say(_("Spærret {time}. Skriv en pakke, så andre får det at vide.").format(time=done[0].saved.at))

    def _sender_in_focus(self) -> str | None:
        """Return the device of the bundle in focus that was read in, or the words of the receiver in focus; None: neither."""
        group, page = cast("Any", self).group, self.page
        if page is None or group.row is None or group.row.key is None:
            return None
        if group.panel.id == "recipients":
            return next(
                (one.fingerprint for one in page.recipients if one.fingerprint == group.row.key and one.public_key),
                None,
            )
        one = next((one for one in page.taken_in if one.bundle_id == group.row.key), None)
        if group.panel.id != "taken" or one is None:
            return None
        return next(iter(one.devices), None)

    # What waits for a key that nobody believes

    async def command_key_discard(self) -> None:
        """Throw away what waits for the key in focus, or for the only one that is waited for."""
        if self._only_reads():
            return
        one = self._waiting_in_focus() or (self.waiting_cards[0] if len(self.waiting_cards) == 1 else None)
        if one is None:
            self.say(
                _("Vælg linjen med den ukendte nøgle med Tab.")
                if self.waiting_cards
                else _("Her venter intet på en ukendt nøgle.")
            )
            return
        words = "-".join(one.words.split("-")[:4]) or one.key.device[:8]
        count = ngettext("{count} ændring", "{count} ændringer", one.key.operations).format(
            count=number(one.key.operations)
        )
        question = _(
            "Kassér det, der venter på {name}, {words}? {changes} slettes her, og intet af det tæller. "
            "Er nøglen den rigtige alligevel, skal afsenderen skrive en ny pakke med det hele."
        ).format(name=plain(one.key.name or one.key.device[:8]), words=words, changes=count)
        if not await self._sure(question, _("Behold"), _("Kassér"), "k"):
            self.say(_("Intet er kasseret."))
            return
        done: list[Discarded] = []

        def act(desk: Desk) -> None:
            from vejleder_tui.services.discarding import discard_waiting  # noqa: PLC0415

            done.extend(discard_waiting(desk, one.key.public_key))

        if await self.done(act):
            await self.load()
            gone = sum(found.operations for found in done)
            self.say(
                ngettext("{count} ændring er kasseret.", "{count} ændringer er kasseret.", gone).format(
                    count=number(gone)
                )
            )


def _question(found: list[Revocable]) -> str:
    """Return what revoking means: what of each device of the key still counts."""
    counts = " ".join(
        _("{name}: til og med nummer {last} ({hash}) tæller.").format(
            name=plain(one.key.name), last=number(one.last), hash=one.end[:HASH_SHOWN]
        )
        if one.last
        else _("{name}: intet tæller.").format(name=plain(one.key.name))
        for one in found
    )
    return _(
        "Spær nøglen {words}? {counts} Det, der er skrevet senere, tæller hverken her eller hos dem, der får en pakke "
        "herfra. z fortryder det."
    ).format(words=found[0].words, counts=counts)
