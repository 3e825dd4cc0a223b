"""A stranger's chain under another laptop's device id, carried in by somebody who is believed, before that laptop is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.central.conftest import make_office
from tests.central.laptop import Laptop, Stranger
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.discarding import discard
from vejleder_tui.central.ingest import Plan, ingest
from vejleder_tui.central.receipts import _truth
from vejleder_tui.central.roles import INGEST, make_roles
from vejleder_tui.central.status import status
from vejleder_tui.cli.parser import run
from vejleder_tui.errors import ExitCode, NotFoundError, RuleError, StoreError
from vejleder_tui.oplog import chain_faults, fold_faults

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.conftest import Office
    from vejleder_tui.central.intake import Taking


def carried(office: Office) -> tuple[Laptop, Laptop, Stranger]:
    """Let a believed laptop carry a stranger's chain in; return it, the true laptop, and the stranger."""
    carrier, true = Laptop(1), Laptop(2)
    stranger = Stranger(7, true.device)
    stranger.citizen("Opdigtet")
    office.trust(carrier)
    carrier.bundle(office.folder, office.recipient, [(carrier, carrier.cover()), (stranger, stranger.cover())])
    [taking] = office.ingest()
    assert (taking.state, taking.held) == ("applied", {"unknown": 2})
    true.organisation()
    true.citizen("Einer M.")
    return carrier, true, stranger


def test_a_believed_signature_wins(office: Office) -> None:
    _carrier, true, _stranger = carried(office)
    office.trust(true)
    true.bundle(office.folder, office.recipient)
    [taking] = office.ingest()
    assert (taking.state, taking.applied) == ("applied", 3)
    assert office.read("SELECT name FROM citizen") == [("Einer M.",)]
    assert office.read("SELECT count(*) FROM held") == [(0,)]
    centre = open_centre(office.url)
    assert [*chain_faults(centre), *fold_faults(centre)] == []
    with pytest.raises(Exception, match="append-only"):
        centre.execute("DELETE FROM operation")
    centre.close()


def test_two_that_nobody_believes_and_a_person_decides(office: Office) -> None:
    carrier, true, stranger = carried(office)
    carrier.bundle(office.folder, office.recipient, [(carrier, carrier.cover()), (true, true.cover())])
    [taking] = office.ingest()
    assert (taking.state, taking.why, taking.detail) == ("quarantined", "other_key", true.device)
    assert f"central discard {true.device}" in taking.reason
    centre = open_centre(office.url)
    with pytest.raises(NotFoundError):
        discard(centre, "fugl-hest-maj-lampe")
    with pytest.raises(RuleError, match="tros her"):
        discard(centre, carrier.signer.public.text)
    done = discard(centre, stranger.card.words())
    assert (done.public_key, done.devices, done.operations) == (stranger.signer.public.text, (true.device,), 2)
    centre.close()
    assert [one.held for one in office.ingest()] == [{"unknown": 3}]
    office.trust(true)
    assert office.read("SELECT name FROM citizen") == [("Einer M.",)]


def test_a_file_of_an_unknown_sender_is_put_away_unless_he_is_believed_later(office: Office) -> None:
    unknown = Laptop(3)
    path = unknown.bundle(office.folder, office.recipient)
    assert [one.state for one in office.ingest()] == ["quarantined"]
    centre = open_centre(office.url)
    [aside] = status(centre).quarantine
    assert discard(centre, str(aside.public_key)).files == 1
    assert status(centre).quarantine == []
    assert [one.state for one in _truth(centre).bundles[unknown.device]] == ["refused"]
    centre.close()
    assert [one.state for one in office.ingest()] == ["repeated"]
    assert (office.folder / "done" / path.name).exists()
    office.trust(unknown)
    (office.folder / "done" / path.name).rename(office.folder / path.name)
    assert [one.state for one in office.ingest()] == ["applied"]


def test_the_command(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _carrier, true, _stranger = carried(office)
    monkeypatch.setenv("VEJLEDER_DATABASE", office.url)
    assert run(["central", "discard", true.device]) == ExitCode.RULE, "nobody sits there to say yes"
    assert office.read("SELECT count(*) FROM held") == [(2,)]
    capsys.readouterr()
    assert run(["central", "discard", true.device, "--yes"]) == ExitCode.DONE
    assert capsys.readouterr().out == "Kasseret: 2 ændringer, der ventede, og 0 filer, der var sat til side.\n"
    assert office.read("SELECT count(*) FROM held") == [(0,)]


def test_the_ingest_role_may_not_and_says_what_to_do(postgres: str, tmp_path: Path) -> None:
    office = make_office(postgres, tmp_path)
    _carrier, true, _stranger = carried(office)
    owner = open_centre(office.url)
    make_roles(owner)
    office.trust(true)
    true.bundle(office.folder, office.recipient)
    as_role = f"{office.url}&options=-c%20role%3D{INGEST}"
    found: list[Taking] = []
    ingest(Plan(as_role, office.identity.path, (office.folder,)), told=found.append, clock=office.clock)
    assert [(one.state, one.why) for one in found] == [("quarantined", "other_key")]
    limited = open_centre(as_role)
    with pytest.raises((StoreError, psycopg.errors.InsufficientPrivilege)):
        discard(limited, true.device)
    limited.close()
    assert discard(owner, true.device).operations == 2
    owner.close()
    found.clear()
    ingest(Plan(as_role, office.identity.path, (office.folder,)), told=found.append, clock=office.clock)
    assert [one.state for one in found] == ["applied"]
