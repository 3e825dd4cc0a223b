"""The first start of a laptop, and taking a seat at an opened store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.bundle.minisign import SigningKey
from vejleder_tui.codes.attendance import use_own_kinds
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.ids import IdSource, natural_id
from vejleder_tui.migrations.run import upgrade_laptop
from vejleder_tui.model import Centre, Device, Organisation, Worker
from vejleder_tui.queries.attendance_codes import own_attendance_kinds
from vejleder_tui.queries.joining import JOINING, seated
from vejleder_tui.services.desk import Actor, Desk
from vejleder_tui.services.erasing import finish_erase
from vejleder_tui.services.identity import at_home
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.store.slots import Cost

__all__ = ["FirstStart", "first_start", "migrate", "organisation_id", "take_seat"]

ROLES = ("worker", "coordinator", "exporter")


@dataclass(frozen=True)
class FirstStart:
    """What the first start asks for. `municipality` is a code such as `0183`; `role` one of ROLES.

    `joins`: the records come from another laptop, and with them the centre, which is not asked for.
    """

    municipality: str
    centre: str
    device_name: str
    worker_name: str
    initials: str
    role: str
    passphrase: str
    joins: bool = False


def organisation_id(municipality: str) -> str:
    """Return the id under which every laptop knows a municipality."""
    return natural_id("organisation", municipality)


def migrate(connection: Connection) -> None:
    """Bring a store to the newest schema in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        upgrade_laptop(connection)
        connection.execute("COMMIT")
    except BaseException:
        # A full disk has already rolled back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def first_start(
    paths: StorePaths,
    answers: FirstStart,
    *,
    clock: Clock,
    randomness: Randomness,
    cost: Cost | None = None,
    allow_weak: bool = False,
) -> tuple[Desk, str]:
    """Make the store, its device and its first worker; return the desk and the recovery code, which is shown once.

    Operation number 1 is the device with its public keys. Raises RuleError with the field, StoreError, NotSavedError.
    """
    _check(answers)
    ids = IdSource(clock, randomness)
    device, worker = ids.new(), ids.new()
    actor = Actor(worker=worker, initials=answers.initials.strip(), role=answers.role)

    def begin(store: Store) -> None:
        desk = Desk(store, device=device, actor=actor, clock=clock, randomness=randomness)
        _first_rows(desk, answers, SigningKey.generate(randomness), generate_age_identity(randomness))

    store, recovery_code = Store.create(
        paths,
        passphrase=answers.passphrase,
        worker_label=actor.initials,
        worker_id=worker,
        randomness=randomness,
        clock=clock,
        migrate=migrate,
        begin=begin,
        cost=cost,
        allow_weak=allow_weak,
    )
    at_home(store, device, clock=clock, anew=True)
    return Desk(store, device=device, actor=actor, clock=clock, randomness=randomness), recovery_code


def _first_rows(desk: Desk, answers: FirstStart, signing: SigningKey, identity: str) -> None:
    organisation, own = organisation_id(answers.municipality), desk.store.connection
    with desk.transaction() as work:
        for name, value in (("device", desk.device), ("signing_seed", signing.seed.hex()), ("age_identity", identity)):
            own.execute("INSERT INTO local_value (name, value) VALUES (?, ?)", (name, value))
        work.create(
            Device, desk.device, {}, organisation=organisation, name=answers.device_name.strip(), role=answers.role,
            sign_key=signing.public.text, seal_key=age_recipient_of(identity),
        )  # fmt: skip
        municipality = codes.lookup("kommunekoder", answers.municipality)
        work.create(
            Organisation, organisation, {"municipality": answers.municipality},
            name=municipality.display_da if municipality else None,
        )  # fmt: skip
        if answers.joins:
            own.execute("INSERT INTO local_value (name, value) VALUES (?, ?)", (JOINING, "1"))
        else:
            work.create(Centre, work.new_id(), {"organisation": organisation}, name=answers.centre.strip())
        work.create(
            Worker, desk.actor.worker, {"organisation": organisation}, name=answers.worker_name.strip(),
            initials=desk.actor.initials, role=answers.role, active_from=work.today.isoformat(),
        )  # fmt: skip


def take_seat(store: Store, worker: str, *, clock: Clock, randomness: Randomness) -> Desk:
    """Return the desk of a worker at an opened store; raises NotFoundError when the store does not know the worker."""
    worker = seated(store.connection, worker)
    device = store.connection.execute("SELECT value FROM local_value WHERE name = 'device'").fetchone()
    found = store.connection.execute(
        "SELECT initials, role FROM worker WHERE id = ? AND void = 0", (worker,)
    ).fetchone()
    if device is None or found is None:
        raise NotFoundError(_("Medarbejderen findes ikke i registreringerne."), _("Lås op som en anden."))
    use_own_kinds(own_attendance_kinds(store.connection))
    finish_erase(store, clock=clock, randomness=randomness)
    actor = Actor(worker=worker, initials=found[0] or "", role=found[1] or "worker")
    return Desk(store, device=device[0], actor=actor, clock=clock, randomness=randomness)


def _check(answers: FirstStart) -> None:
    for field, value, label in (
        ("centre", answers.centre, N_("Skriv centerets navn.")),
        ("device_name", answers.device_name, N_("Skriv computerens navn.")),
        ("worker_name", answers.worker_name, N_("Skriv dit navn.")),
        ("initials", answers.initials, N_("Skriv dine initialer.")),
    ):
        if not value.strip() and not (answers.joins and field == "centre"):
            raise RuleError(_(label), field=field)
    if codes.lookup("kommunekoder", answers.municipality) is None:
        raise RuleError(
            _("Kommunen kendes ikke."), _("Skriv de første bogstaver, og vælg med pil ned."), field="municipality"
        )
    if answers.role not in ROLES:
        raise RuleError(_("Vælg en rolle."), field="role")
