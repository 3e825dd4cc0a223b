"""A laptop with its encrypted store, and a centre: bundles there, receipts back, nothing left to send, equal digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.central.test_receipts import receipts_of
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.setup import own_card
from vejleder_tui.central.trusting import trust_cards
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.oplog import state_digest
from vejleder_tui.queries.handover import waiting
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.handover import export
from vejleder_tui.services.keyring import add_recipients
from vejleder_tui.services.receipts import take_receipt

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.conftest import Office
    from vejleder_tui.services.desk import Desk


def test_what_a_laptop_sends_comes_back_as_a_receipt_and_nothing_is_left_to_send(
    office: Office, desk: Desk, tmp_path: Path
) -> None:
    centre = open_centre(office.url)
    card = own_card(centre, office.identity)
    add_recipients(desk.store, card.to_json(), clock=office.clock)
    trust_cards(centre, [own_keys(desk.store.connection).card.to_json()], clock=office.clock)
    centre.close()
    for number in range(2):
        new_citizen(desk, name=f"Einer {number}")
        export(desk.store, clock=office.clock, randomness=SystemRandomness(), folder=office.folder)
        assert waiting(desk.store.connection).changes > 0
        [taking] = office.ingest()
        assert (taking.state, taking.held) == ("applied", {})
        [receipt] = receipts_of(office, tmp_path / str(number)).values()
        assert take_receipt(desk.store, receipt.path, clock=desk.clock).counts
        assert waiting(desk.store.connection).changes == 0
        assert office.digest() == state_digest(desk.store.connection)
