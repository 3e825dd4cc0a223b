"""Workers: who works here, in which role, from when until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Worker
from vejleder_tui.rules.text import clean
from vejleder_tui.services.shared import organisation_of

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = ["WORKER_ROLES", "change_worker", "end_worker", "new_worker"]

WORKER_ROLES = ("worker", "coordinator", "exporter", "peer")


def new_worker(desk: Desk, name: str, initials: str, *, role: str = "worker", active_from: date | None = None) -> Saved:
    """Register a worker; raises RuleError (`name`, `initials`, `role`), also for initials that somebody has."""
    with desk.transaction(N_("ny medarbejder: {who}"), who=clean(initials).strip()) as work:
        values = _checked(work, name, initials, role)
        since = (active_from or work.today).isoformat()
        key = {"organisation": organisation_of(work)}
        return work.saved(work.create(Worker, work.new_id(), key, **values, active_from=since))


def change_worker(desk: Desk, worker: str, name: str, initials: str, *, role: str) -> Saved:
    """Change a worker's name, initials and role; raises as `new_worker`, and NotFoundError."""
    with desk.transaction(N_("medarbejder: {who}"), who=clean(initials).strip()) as work:
        work.get(Worker, worker)
        work.change(Worker, worker, **_checked(work, name, initials, role, but=worker))
        return work.saved(worker)


def end_worker(desk: Desk, worker: str, last_day: date) -> Saved:
    """Write the last day on which a worker works here; raises RuleError (`to`), NotFoundError."""
    with desk.transaction(N_("medarbejder stoppet")) as work:
        found = work.get(Worker, worker)
        if found.active_from and last_day.isoformat() < found.active_from:
            raise RuleError(_("Slutdatoen ligger før startdatoen."), _("Ret en af de to datoer."), field="to")
        work.change(Worker, worker, active_to=last_day.isoformat())
        return work.saved(worker)


def _checked(work: Work, name: str, initials: str, role: str, but: str = "") -> dict[str, str]:
    called, short = clean(name).strip(), clean(initials).strip()
    if not called:
        raise RuleError(_("Navnet mangler."), _("Skriv medarbejderens navn."), field="name")
    if not short:
        raise RuleError(_("Initialerne mangler."), _("Skriv fx MJ."), field="initials")
    if role not in WORKER_ROLES:
        raise RuleError(_("Vælg en rolle."), field="role")
    if work.rows("SELECT 1 FROM worker WHERE void = 0 AND initials = ? AND id <> ?", (short, but)):
        raise RuleError(_("Initialerne bruges allerede."), _("Tilføj et bogstav."), field="initials")
    return {"name": called, "initials": short, "role": role}
