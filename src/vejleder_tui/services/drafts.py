"""Drafts: a form that was not saved yet, kept on this laptop only, for its author only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from vejleder_tui.clock import from_stamp, local, stamp
from vejleder_tui.errors import NotFoundError
from vejleder_tui.i18n import _
from vejleder_tui.oplog import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vejleder_tui.services.desk import Desk

__all__ = ["SavedDraft", "discard_draft", "save_draft", "save_form"]

Result = TypeVar("Result")


@dataclass(frozen=True)
class SavedDraft:
    """A draft that is on the disk: its id, and the local time of day when it was begun ("10:51")."""

    id: str
    started: str


def save_draft(desk: Desk, screen: str, title: str, values: Mapping[str, Any], *, draft: str = "") -> SavedDraft:
    """Write a form's raw values as JSON: a new draft, or the one with the id `draft`, written over.

    `screen` is the form's id in the registry, so that it can be opened again; `title` stands on I dag and names no citizen.
    A draft of somebody else is never touched. Raises NotSavedError, and TypeError for values that JSON cannot hold.
    """
    content = to_json(dict(values))
    with desk.transaction() as work:
        database, now = desk.store.connection, stamp(work.now)
        mine = draft and work.rows(
            "SELECT started_at FROM draft WHERE id = ? AND actor = ?", (draft, desk.actor.worker)
        )
        if mine:
            database.execute(
                "UPDATE draft SET title = ?, content = ?, updated_at = ? WHERE id = ?", (title, content, now, draft)
            )
            return SavedDraft(draft, _time(mine[0][0]))
        taken = draft and work.rows("SELECT 1 FROM draft WHERE id = ?", (draft,))
        made = work.new_id() if taken or not draft else draft
        database.execute(
            "INSERT INTO draft (id, actor, screen, title, content, started_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (made, desk.actor.worker, screen, title, content, now, now),
        )
        return SavedDraft(made, _time(now))


def discard_draft(desk: Desk, draft: str) -> None:
    """Throw a draft of the actor's away for good; raises NotFoundError when there is none."""
    with desk.transaction():
        if not _delete(desk, draft):
            raise NotFoundError(_("Kladden findes ikke længere."))


def save_form(desk: Desk, draft: str, act: Callable[[Desk], Result]) -> Result:
    """Run a form's save and delete its draft in one transaction: both are done, or neither.

    `act` calls a service (or several); `draft` is "" when the form has none.
    """
    with desk.transaction():
        result = act(desk)
        if draft:
            _delete(desk, draft)
        return result


def _delete(desk: Desk, draft: str) -> bool:
    found = desk.store.connection.execute("DELETE FROM draft WHERE id = ? AND actor = ?", (draft, desk.actor.worker))
    return bool(found.rowcount)


def _time(moment: str) -> str:
    return f"{local(from_stamp(moment)):%H:%M}"
