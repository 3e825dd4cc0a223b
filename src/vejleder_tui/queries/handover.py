"""What waits to be sent, and what became of the bundles that were written here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.bundle.slices import count_of, local_value, receipts, unsent
from vejleder_tui.clock import from_stamp, local_date
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import _
from vejleder_tui.queries.held import held_counts, missing_ranges, waits_in
from vejleder_tui.queries.keys import known_keys
from vejleder_tui.queries.notices import notice_sentence, open_notices
from vejleder_tui.queries.sessions import unregistered_sessions

if TYPE_CHECKING:
    from datetime import date, datetime

    from vejleder_tui.bundle.slices import Receipt, Run
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.held import Missing
    from vejleder_tui.queries.keys import KnownKey
    from vejleder_tui.queries.notices import NoticeView

__all__ = [
    "HandoverPage",
    "HistoryLine",
    "Waiting",
    "WaitingKinds",
    "counted_receipt",
    "course_named",
    "handover_page",
    "history",
    "waiting",
    "waiting_kinds",
]

COUNTED = 5_000
"""So many operations are looked through for their kinds: the screen must stand as fast after ten years as after one day."""


class Waiting(NamedTuple):
    """What no receipt tells of yet. `oldest_date`: Danish day of the first; `last_receipt_at`: None before the first."""

    changes: int
    oldest_date: date | None
    last_receipt_at: datetime | None


class WaitingKinds(NamedTuple):
    """How many rows of each table wait, by table; `complete` is false when only the first COUNTED changes were counted."""

    rows: dict[str, int]
    complete: bool


_CENTRE = ("administration", "exporter")
"""The roles of a receiver whose receipt means that administration has it, the surest first."""


def counted_receipt(reader: Reader) -> Receipt | None:
    """Return the receipt that *I dag* counts from: the centre's, or the newest of anyone while no key of a centre is known."""
    told = receipts(reader)
    rows = reader.execute(
        "SELECT role, card FROM known WHERE purpose = 'recipient' AND removed_at IS NULL AND role IS NOT NULL"
    ).fetchall()
    for wanted in _CENTRE:
        theirs = [json.loads(card)["age"] if card.startswith("{") else card for role, card in rows if role == wanted]
        if theirs:
            return max((told[one] for one in theirs if one in told), key=lambda one: one.at, default=None)
    return max(told.values(), key=lambda one: one.at, default=None)


def _runs(reader: Reader, receipt: Receipt | None) -> tuple[Run, ...]:
    return unsent(reader, local_value(reader, "device"), [receipt])


def waiting(reader: Reader, receiver: str | None = None) -> Waiting:
    """Return how many changes wait for a `receiver` (age recipient), or for the centre; looks at the ends of the chains."""
    receipt = counted_receipt(reader) if receiver is None else receipts(reader).get(receiver)
    found = _runs(reader, receipt)
    moments = [moment for run in found if (moment := _first_moment(reader, run))]
    return Waiting(
        changes=count_of(reader, found),
        oldest_date=min((local_date(from_stamp(moment)) for moment in moments), default=None),
        last_receipt_at=from_stamp(receipt.at) if receipt else None,
    )


def _first_moment(reader: Reader, run: Run) -> str | None:
    for part in run.parts:
        found = reader.execute(
            "SELECT line FROM operation WHERE device = ? AND seq BETWEEN ? AND ? AND line IS NOT NULL ORDER BY seq LIMIT 1",
            (run.device, part.first, part.last),
        ).fetchone()
        if found is not None:
            return str(json.loads(found[0])["at"])
    return None


def waiting_kinds(reader: Reader) -> WaitingKinds:
    """Return how many rows wait for the centre, by table."""
    found = _runs(reader, counted_receipt(reader))
    rows: dict[str, set[str]] = {}
    left = COUNTED
    for run in found:
        for part in run.parts:
            if not part.present or left <= 0:
                continue
            last = min(part.last, part.first + left - 1)
            for table, row in reader.execute(
                "SELECT table_name, row FROM operation WHERE device = ? AND seq BETWEEN ? AND ? AND table_name <> ''",
                (run.device, part.first, last),
            ):
                rows.setdefault(table, set()).add(row)
            left -= last - part.first + 1
    return WaitingKinds(
        rows={table: len(ids) for table, ids in rows.items()}, complete=sum(run.here for run in found) <= COUNTED
    )


def course_named(reader: Reader, text: str) -> str:
    """Return the id of the course that `text` names: its id, its title, or the beginning of one title alone.

    Raises NotFoundError when no course is called so, RuleError when several are.
    """
    wanted = text.strip().casefold()
    rows = reader.execute("SELECT id, coalesce(title, '') FROM course WHERE void = 0 ORDER BY id").fetchall()
    named = [(str(one), str(title).casefold()) for one, title in rows]
    for found in (
        [one for one, _title in named if one == wanted],
        [one for one, title in named if title == wanted],
        [one for one, title in named if wanted and title.startswith(wanted)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise RuleError(
                _("Flere forløb hedder sådan: {ids}.").format(ids=", ".join(found[:9])),
                _("Angiv id'et på det, du mener."), field="course",
            )  # fmt: skip
    raise NotFoundError(_("Der er intet forløb, som hedder sådan."), _("Skriv titlen, som den står under Forløb."))


class HistoryLine(NamedTuple):
    """A bundle that was written here or read in. `direction`: out, in; moments in UTC; `status` a word of this program."""

    bundle_id: str
    direction: str
    file_name: str
    folder: str
    created_at: datetime
    first: int
    last: int
    operations: int
    devices: tuple[str, ...]
    recipients: tuple[str, ...]
    handed_at: datetime | None
    received_at: datetime | None
    verified_at: datetime | None
    status: str
    why: str = ""
    covers: tuple[tuple[str, int, int], ...] = ()


def history(reader: Reader, direction: str, most: int = 200) -> list[HistoryLine]:
    """Return the newest bundles in one direction, the newest first."""
    rows = reader.execute(
        "SELECT bundle_id, direction, file_name, folder, created_at, first, last, operations, covers, recipients,"
        " handed_at, received_at, verified_at, status, coalesce(why, '') FROM bundle_history WHERE direction = ?"
        " ORDER BY created_at DESC, bundle_id DESC LIMIT ?",
        (direction, most),
    )
    return [
        HistoryLine(
            bundle_id=row[0], direction=row[1], file_name=row[2], folder=row[3], created_at=from_stamp(row[4]),
            first=row[5], last=row[6], operations=row[7],
            devices=tuple(dict.fromkeys(cover["device"] for cover in json.loads(row[8]))),
            recipients=tuple(json.loads(row[9])), handed_at=_moment(row[10]), received_at=_moment(row[11]),
            verified_at=_moment(row[12]), status=row[13], why=row[14],
            covers=tuple((cover["device"], cover["first"], cover["last"]) for cover in json.loads(row[8])),
        )
        for row in rows
    ]  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    return from_stamp(text) if text else None


class HandoverPage(NamedTuple):
    """Everything that the screen Overdragelse shows. `drafts` and `unregistered` do not come along in a bundle.

    `missing`: what something here waits for; `held`: how many operations do not count, by why; `waits`: why something of a
    bundle that was read in waits, by the bundle's id; `notices`: what nobody has seen yet, each with its sentence;
    `to_send`: what each recipient has not acknowledged, by its fingerprint.
    """

    waiting: Waiting
    kinds: WaitingKinds
    drafts: int
    unregistered: int
    recipients: tuple[KnownKey, ...]
    written: tuple[HistoryLine, ...]
    taken_in: tuple[HistoryLine, ...]
    device_names: dict[str, str]
    missing: tuple[Missing, ...]
    held: dict[str, int]
    waits: dict[str, str]
    notices: tuple[tuple[NoticeView, str], ...]
    to_send: dict[str, Waiting]


def handover_page(reader: Reader, worker: str, now: datetime) -> HandoverPage:
    """Return the page for a worker, whose own drafts are counted."""
    drafts = reader.execute("SELECT count(*) FROM draft WHERE actor = ?", (worker,)).fetchone()
    names = reader.execute("SELECT id, coalesce(name, '') FROM device WHERE void = 0").fetchall()
    taken_in = history(reader, "in")
    recipients = known_keys(reader, "recipient")
    return HandoverPage(
        waiting=waiting(reader),
        kinds=waiting_kinds(reader),
        drafts=int(drafts[0]),
        unregistered=len(unregistered_sessions(reader, now)),
        recipients=tuple(recipients),
        written=tuple(history(reader, "out")),
        taken_in=tuple(taken_in),
        device_names={str(device): str(name) for device, name in names},
        missing=tuple(missing_ranges(reader)),
        held=held_counts(reader),
        waits=_waits(reader, taken_in),
        notices=tuple((one, notice_sentence(reader, one)) for one in open_notices(reader)),
        to_send={one.fingerprint: waiting(reader, one.recipient) for one in recipients},
    )


def _waits(reader: Reader, taken_in: list[HistoryLine]) -> dict[str, str]:
    """Return why something of a bundle that was read in still waits, by the bundle's id; most have nothing that does."""
    if reader.execute("SELECT 1 FROM held LIMIT 1").fetchone() is None:
        return {}
    found = {
        one.bundle_id: next((why for run in one.covers if (why := waits_in(reader, *run))), "") for one in taken_in
    }
    return {bundle: why for bundle, why in found.items() if why}
