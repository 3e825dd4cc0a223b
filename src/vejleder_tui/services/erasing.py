"""Legal deletion of a person on this laptop: what it takes at once, and what it does to files afterwards.

What the log does with an erase is said in docs/decisions/0008; what no program can reach, in docs/security.md.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vejleder_tui import SCHEMA
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.clock import local_date, stamp
from vejleder_tui.errors import NoRecipientError, NotFoundError, RuleError, VejlederError
from vejleder_tui.i18n import N_, _, ngettext
from vejleder_tui.model import RECORDS
from vejleder_tui.oplog import Erasures
from vejleder_tui.oplog.forget import forget
from vejleder_tui.oplog.form import judge
from vejleder_tui.oplog.line import ERASE
from vejleder_tui.oplog.trust import STRONG
from vejleder_tui.queries.access import log_reading, logged
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.services.derived import index_citizens
from vejleder_tui.services.erase_plan import ErasePlan, finder_of, kinds_sentence, plan
from vejleder_tui.services.handover import export
from vejleder_tui.services.notices import note
from vejleder_tui.store.backup import backup_folder, forget_copies, list_backups
from vejleder_tui.store.erasures import COPIES_LIVE, note_applied, record
from vejleder_tui.store.failures import translate_error
from vejleder_tui.store.forgetting import is_pending, note_seen, tidy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date, datetime

    from sqlcipher3.dbapi2 import Connection

    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness
    from vejleder_tui.services.desk import Desk, Saved
    from vejleder_tui.store.store import Store

__all__ = [
    "REASONS", "Cleaned", "Erased", "after_erase", "erase", "erased_sentences", "finish_erase", "look", "plan",
    "question", "require_right", "take_out",
]  # fmt: skip

REASONS = ("request", "retention", "mistake")
"""Why: the person asked for it, the time to keep it is over, or it should never have been registered. Never free text."""

_AT_ONCE = 20_000
"""Rows that one operation names: its line must stay under what a bundle's reader accepts."""


@dataclass(frozen=True)
class Cleaned:
    """What was done to files. `withdrawn` bundles were deleted before anybody had them, `written` is the one in their place.

    `copies_until`: the day on which the last copy from before the deletion is gone, None where there is none.
    `trouble` says what could not be done yet; it is tried again at the next start.
    """

    withdrawn: int = 0
    written: Path | None = None
    copies_until: date | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Erased:
    """What was deleted: the plan as it stood, how many texts of others and drafts went with it, and what files did."""

    plan: ErasePlan
    texts: int
    drafts: int
    saved: Saved
    cleaned: Cleaned


def require_right(desk: Desk) -> None:
    """Raise RuleError unless a coordinator is at work on a laptop whose deletions count with others."""
    found = desk.store.connection.execute("SELECT role FROM device WHERE id = ?", (desk.device,)).fetchone()
    if desk.actor.role != "coordinator":
        raise RuleError(_("Kun en koordinator kan slette for altid."), _("Bed en koordinator om det."))
    if found is None or found[0] not in STRONG:
        raise RuleError(
            _("Fra denne computer kan der ikke slettes for altid: de andre ville ikke følge det."),
            _("Gør det på en koordinators computer."),
        )


def look(store: Store, actor: str, citizen: str, now: datetime) -> ErasePlan:
    """Return the plan for a worker to see; that these records are read is in the access log before. Raises NotFoundError."""
    reader = store.reader()
    try:
        found = plan(reader, citizen)
    finally:
        store.release(reader)
    owners = {*found.citizens, *(one.owner for one in (*found.texts, *found.left) if one.owner)}
    with logged(store) as connection:
        for owner in sorted(owners):
            log_reading(connection, actor, owner, "erase", now)
    return found


def erase(desk: Desk, citizen: str, fields: Collection[tuple[str, str]] = (), *, reason: str = "request") -> Erased:
    """Delete a person for ever: all registrations, every row about the person, and `fields` (row, field) of others' rows.

    `fields` are chosen among the texts of the plan, `reason` among REASONS. It cannot be undone. Raises RuleError,
    NotFoundError, NotSavedError. A text whose present wording does not name the person is written again.
    """
    require_right(desk)
    if reason not in REASONS:
        raise RuleError(_("Den begrundelse findes ikke."), ", ".join(REASONS), field="reason")
    with desk.transaction(N_("sletning")) as work:
        database = desk.store.connection
        found = plan(database, citizen)
        chosen = sorted(set(fields))
        if not set(chosen) <= {(one.row, one.field) for one in found.texts}:
            raise NotFoundError(_("En af teksterne findes ikke længere."), _("Se listen igen."))
        finder = finder_of(database, found.citizens)
        ids = found.ids
        again = [one for one in found.texts if one.older and (one.row, one.field) in set(chosen)]
        standing = [
            (one, work.rows(f'SELECT "{one.field}" FROM "{one.table}" WHERE id = ?', (one.row,))) for one in again
        ]
        for start in range(0, len(ids), _AT_ONCE):
            work.erase(ids[start : start + _AT_ONCE], () if start else chosen, reason=reason)
        for one, rows in standing:
            work.change(RECORDS[one.table], one.row, **{one.field: rows[0][0]})
        drafts = tidy(database, finder)
        saved = work.saved(citizen)
    if desk.store.connection.in_transaction:
        return Erased(found, len(chosen), drafts, saved, Cleaned())  # the files wait until the whole of it is saved
    cleaned = after_erase(desk.store, clock=desk.clock, randomness=desk.ids.randomness)
    return Erased(found, len(chosen), drafts, saved, cleaned)


def after_erase(store: Store, *, clock: Clock, randomness: Randomness) -> Cleaned:
    """Rid the laptop's files of what an erase took; after the transaction, whether it came from here or by a merge.

    Nothing here takes the deletion back: what fails is told, and done at the next start.
    """
    troubles: list[str] = []
    withdrawn: list[Path] = []
    written: Path | None = None
    until: date | None = None
    with _told(troubles):
        _record(store, clock)
    with _told(troubles):
        store.compact()
    with _told(troubles):
        withdrawn = _withdraw(store)
    with _told(troubles), contextlib.suppress(NoRecipientError):
        if withdrawn:
            written = export(store, clock=clock, randomness=randomness, folder=withdrawn[0]).path
    with _told(troubles):
        until = _copies(store, clock)
    if not troubles:
        with store.transaction() as connection:
            note_seen(connection)
    return Cleaned(len(withdrawn), written, until if not troubles else None, " ".join(troubles))


def take_out(connection: Connection, tokens: Iterable[tuple[str, str, str]]) -> None:
    """Take out of a copy that was put back what was deleted for ever since: what `Store.open` calls, in its transaction."""
    forget(connection, tokens)
    tidy(connection)


def finish_erase(store: Store, *, clock: Clock, randomness: Randomness) -> Cleaned | None:
    """Do `after_erase` if something was erased since it was done last; None where nothing is left to do.

    Called after every merge, after keys were trusted, and at every start: what was cut short is made good. A notice tells
    people what became of their files.
    """
    if not store.writes or store.connection.in_transaction or not is_pending(store.connection):
        return None
    done = after_erase(store, clock=clock, randomness=randomness)
    about = {
        "withdrawn": str(done.withdrawn),
        "written": "yes" if done.written else "",
        "until": done.copies_until.isoformat() if done.copies_until else "",
        "trouble": "yes" if done.trouble else "",
    }
    with contextlib.suppress(VejlederError), store.transaction() as connection:
        note(connection, f"erased:{stamp(clock.now())}", "erased", about, at=clock.now())
    return done


@contextlib.contextmanager
def _told(troubles: list[str]) -> Iterator[None]:
    """Note what goes wrong, whatever it is: the deletion stands, and a start that finishes it must not fail."""
    try:
        yield
    except VejlederError as error:
        troubles.append(str(error))
    except OSError as error:
        troubles.append(str(translate_error(error)))
    except Exception as error:  # noqa: BLE001 - its text may hold values, its type does not
        troubles.append(f"({type(error).__name__})")


def _record(store: Store, clock: Clock) -> None:
    """Write the tokens beside the key file, and that this database has been held against them."""
    tokens = store.connection.execute("SELECT token, erase, kind FROM erased WHERE kind <> 'hint'").fetchall()
    record(store.paths.erasures, ((str(one), str(erase), str(kind)) for one, erase, kind in tokens), clock.now())
    with store.transaction() as connection:
        note_applied(connection, store.paths.erasures)
        # Where it was taken from a copy that was put back, the index still has the person.
        gone = connection.execute(
            "SELECT citizen FROM citizen_word WHERE citizen NOT IN (SELECT id FROM citizen)"
            " UNION SELECT citizen FROM citizen_name WHERE citizen NOT IN (SELECT id FROM citizen)"
        ).fetchall()
        index_citizens(store.connection, [str(one) for (one,) in gone])


def _withdraw(store: Store) -> list[Path]:
    """Delete the bundles that hold what is erased and that nobody has acknowledged, as far as they lie here.

    Returns their folders, the newest first. One that was handed over stays so in the history: somebody may have it.
    """
    found = store.connection.execute(
        "SELECT bundle_id, folder, file_name, status FROM bundle_history WHERE direction = 'out' AND received_at IS NULL"
        " AND status IN ('written', 'handed') ORDER BY created_at DESC"
    ).fetchall()
    if not found:
        return []
    erasures, identity = Erasures.load(store.connection), own_keys(store.connection).identity
    folders: list[Path] = []
    for bundle, folder, name, status in found:
        file = Path(folder) / name
        if not file.is_file() or not _holds(file, identity, erasures):
            continue
        file.unlink()
        folders.append(file.parent)
        if status == "written":
            with store.transaction() as connection:
                connection.execute("UPDATE bundle_history SET status = 'withdrawn' WHERE bundle_id = ?", (bundle,))
    return folders


def _holds(file: Path, identity: str, erasures: Erasures) -> bool:
    """Tell whether a bundle holds an operation that an erase takes; one that cannot be opened may."""
    try:
        with open_bundle(file, [identity], newest_schema=SCHEMA) as reader:
            return any(_taken(one.line.decode(), erasures) for one in reader.lines())
    except VejlederError:
        return True


def _taken(line: str, erasures: Erasures) -> bool:
    said = judge(line)
    if isinstance(said, str):
        return erasures.takes_unread(line) is not None
    return said.kind != ERASE and erasures.takes(said, by_hints=True) is not None


def _copies(store: Store, clock: Clock) -> date | None:
    """Take a copy that has nothing of it where there are any, and delete those that are too old."""
    before = list_backups(backup_folder(store.paths))
    if not before:
        return None
    fresh = store.backup()
    forget_copies(store.paths, clock.now())
    older = [one for one in list_backups(backup_folder(store.paths)) if one.database != fresh.database]
    return local_date(clock.now() + COPIES_LIVE) if older else None


def question(found: ErasePlan) -> str:
    """Return what is asked before a deletion."""
    return _(
        "Slet {name} for altid? {kinds} slettes her og hos alle, der får pakken. Skriv {name} for at gå videre."
    ).format(name=found.name, kinds=kinds_sentence(found))


def erased_sentences(done: Erased) -> list[str]:
    """Return what was done and what is still to come, a sentence each."""
    cleaned = done.cleaned
    kinds = kinds_sentence(done.plan)
    told = [_("Slettet for altid: {kinds}. Gemt {at}.").format(kinds=kinds[:1].lower() + kinds[1:], at=done.saved.at)]
    if done.texts:
        told.append(
            ngettext(
                "{count} tekst i andres registreringer er slettet med.",
                "{count} tekster i andres registreringer er slettet med.",
                done.texts,
            ).format(count=done.texts)
        )
    if done.drafts:
        told.append(
            ngettext("{count} kladde er slettet.", "{count} kladder er slettet.", done.drafts).format(count=done.drafts)
        )
    if done.plan.left:
        told.append(
            ngettext(
                "{count} tekst nævner stadig navnet og skal rettes i hånden.",
                "{count} tekster nævner stadig navnet og skal rettes i hånden.",
                len(done.plan.left),
            ).format(count=len(done.plan.left))
        )
    if cleaned.withdrawn:
        told.append(
            ngettext(
                "{count} pakke, som ingen havde kvitteret for, er slettet.",
                "{count} pakker, som ingen havde kvitteret for, er slettet.",
                cleaned.withdrawn,
            ).format(count=cleaned.withdrawn)
        )
    if cleaned.written is not None:
        told.append(_("En ny pakke er skrevet: {file}. Aflevér den.").format(file=cleaned.written.name))
    else:
        told.append(_("De andre sletter det, når de får den næste pakke."))
    if cleaned.copies_until is not None:
        told.append(_("Kopier fra før sletningen er væk senest {date}.").format(date=whole_date(cleaned.copies_until)))
    if cleaned.trouble:
        told.append(_("Ikke færdig med filerne; det prøves igen ved næste start. {why}").format(why=cleaned.trouble))
    return told
