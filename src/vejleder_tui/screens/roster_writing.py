"""How Fremmøde writes: every act in order, painted saved when it is, "…" while it waits, IKKE GEMT when it failed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vejleder_tui.errors import RuleError, UndoError, VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.queries.roster import roster
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.screens.roster_text import (
    marked_row,
    name_on_screen,
    receipt,
    row_text,
    saved_sentence,
    undone_sentence,
    word_of,
)
from vejleder_tui.widgets.roster_list import RosterList, RowState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vejleder_tui.queries.roster_rows import Roster, RosterRow
    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.screens.protocol import Pending
    from vejleder_tui.services.attendance import Marked

__all__ = ["Attempt", "RosterWriting"]


@dataclass
class Attempt:
    """What a row shows that is not on the disk (yet): the number of its act, and whether it failed."""

    row: RosterRow
    number: int
    state: RowState = RowState.PENDING


class RosterWriting(TaskScreen):
    """The writing half of the roster's screen; `found` is what is on the disk, `attempts` what is not."""

    def __init__(self, *, ref: SessionRef, **values: object) -> None:
        super().__init__(**values)
        self.ref = ref
        self.found: Roster | None = None
        self.attempts: dict[str, Attempt] = {}
        self.acts = self.heard = 0
        self.saved_at = ""
        self.services: Any = None

    def on_mount(self) -> None:
        """Take hold of the write side: acts run in the writer thread, also after this screen is left."""
        self.services = self.desk.services

    # What is shown

    @property
    def list(self) -> RosterList:
        """The rows."""
        return self.query_one(RosterList)

    def shown(self, index: int) -> RosterRow:
        """Return a row as it is shown: what was tried last, else what is on the disk."""
        assert self.found is not None  # noqa: S101 - rows are only there once they were read
        row = self.found.rows[index]
        attempt = self.attempts.get(row.citizen)
        return attempt.row if attempt else row

    def repaint(self, *indexes: int) -> None:
        """Draw rows anew, all of them when none is named, and what stands around them."""
        raise NotImplementedError

    def text_of(self, index: int, *, chosen: bool = False) -> Any:  # noqa: ANN401 - the list's own text of a row
        """Return a row's text with its state."""
        row = self.shown(index)
        attempt = self.attempts.get(row.citizen)
        state = attempt.state if attempt else RowState.SAVED
        return row_text(row, state, chosen=chosen, privacy=self.desk.privacy)

    def names(self) -> dict[str, str]:
        """Return the names as they stand on the screen."""
        rows = self.found.rows if self.found else ()
        return {row.citizen: name_on_screen(row, self.desk.privacy) for row in rows}

    def may_write(self) -> bool:
        """Say so when another window writes."""
        if self.desk.read_only:
            teller = getattr(self.desk.store_link, "read_only_sentence", None)
            self.say(teller() if callable(teller) else _("Kun læsning: der skrives i et andet vindue."), error=True)
            return False
        return True

    # Marks

    def mark(
        self, act: Callable[[Any], Marked], indexes: Sequence[int], *, said: str = "", **shown: object
    ) -> None:  # fmt: skip
        """Do an act on rows; `shown` is what they show until the disk has answered, `said` what the receipt says."""
        if self.found is None:
            return
        self.acts += 1
        number = self.acts
        for index in indexes:
            row = replace(self.shown(index), **shown)  # type: ignore[arg-type] # fields of a row by name
            self.attempts[row.citizen] = Attempt(row, number)
        citizens = [self.found.rows[index].citizen for index in indexes]

        def answered(pending: Pending) -> None:
            self._marked(pending, number, citizens, said)

        pending = self.desk.write_within(act, then=answered)
        if pending.done:
            self._marked(pending, number, citizens, said)
            return
        names = self.names()
        who = names.get(citizens[0], "") if len(citizens) == 1 else str(len(citizens))
        word = word_of(self.shown(indexes[0]).code)
        self.say(f"{said or f'{word[:1].upper()}{word[1:]}: {who}'} …")
        self.repaint(*indexes)

    def _marked(self, pending: Pending, number: int, citizens: Sequence[str], said: str) -> None:
        """Hear what came of an act, at once or later."""
        self.heard += 1
        if self.found is None:
            return
        places = {row.citizen: index for index, row in enumerate(self.found.rows)}
        if pending.error is not None:
            self._failed(pending.error, number, citizens)
        else:
            marked: Marked = pending.result
            after = {one.citizen: one for one in marked.marks}
            rows = tuple(
                marked_row(row, after[row.citizen], self.found) if row.citizen in after else row
                for row in self.found.rows
            )
            self.found = replace(self.found, rows=rows)
            for citizen in [*citizens, *after]:
                if citizen in self.attempts and self.attempts[citizen].number <= number:
                    del self.attempts[citizen]
            self.saved_at = marked.saved.at
            self.told(saved_sentence(said, self.saved_at) if said else receipt(marked, self.names()))
        if self.is_attached:
            self.repaint(*(places[citizen] for citizen in citizens if citizen in places))

    def _failed(self, error: BaseException, number: int, citizens: Sequence[str]) -> None:
        if not isinstance(error, VejlederError):
            raise error
        for citizen in citizens:
            attempt = self.attempts.get(citizen)
            if attempt is None or attempt.number != number:
                continue
            if isinstance(error, RuleError):
                del self.attempts[citizen]
            else:
                attempt.state = RowState.FAILED
        self.told(str(error), error=True)

    def told(self, sentence: str, *, error: bool = False) -> None:
        """Say what came of an act, here or on whatever screen is shown by now."""
        if self.is_attached and self.app.screen is self:
            self.say(sentence, error=error)
        else:
            self.desk.status(sentence, error=error)

    # Acts after which everything is read anew

    def act(self, service: Callable[[Any], Any], then: Callable[[Any, Roster], None]) -> None:
        """Do a service and read the roster in the same turn of the writer; `then` gets both."""
        if not self.may_write():
            return
        self.acts += 1

        def both(desk: Any) -> tuple[Any, Roster | None]:  # noqa: ANN401 - what services write through
            done = service(desk)
            return done, roster(desk.store.connection, self.ref, desk.clock.now())

        def answered(pending: Pending) -> None:
            self.heard += 1
            if pending.error is not None:
                if not isinstance(pending.error, VejlederError):
                    raise pending.error
                self.refused(pending.error)
                return
            done, fresh = pending.result
            if fresh is not None:
                then(done, fresh)

        pending = self.desk.write_within(both, then=answered)
        if pending.done:
            answered(pending)

    def refused(self, error: VejlederError) -> None:
        """Hear that an act was refused, or that the disk was."""
        self.told(str(error), error=not isinstance(error, UndoError))

    def take(self, fresh: Roster, saved_at: str = "") -> None:
        """Show a roster that was read anew; what failed stays shown."""
        self.found = fresh
        there = {row.citizen for row in fresh.rows}
        self.attempts = {citizen: one for citizen, one in self.attempts.items() if citizen in there}
        if saved_at:
            self.saved_at = saved_at
        if self.is_attached:
            self.repaint()

    def saved(self, what: str) -> Callable[[Any, Roster], None]:
        """Return what to do after an act that saved: show it, with a receipt."""

        def then(done: Any, fresh: Roster) -> None:  # noqa: ANN401 - a receipt, or what holds one
            at = getattr(done, "at", "") or done.saved.at
            self.take(fresh, at)
            self.told(saved_sentence(what, at))

        return then

    # Undo

    def command_app_undo(self) -> None:
        """Take one's own last step back."""
        self._take_step(redo=False)

    def command_app_redo(self) -> None:
        """Do again what was undone last."""
        self._take_step(redo=True)

    def _take_step(self, *, redo: bool) -> None:
        def service(desk: Any) -> Any:  # noqa: ANN401 - what services write through
            steps = self.services.undo
            return steps.redo(desk) if redo else steps.undo(desk)

        def then(step: Any, fresh: Roster) -> None:  # noqa: ANN401 - services.undo.Undone, imported in the writer
            before = self.found or fresh
            own = {self.ref.id, *(row.attendance for row in (*before.rows, *fresh.rows))}
            own |= {guest.id for guest in (*before.guests, *fresh.guests)}
            here = any(row in own for _table, row in step.rows)
            sentence = undone_sentence(before, fresh, step.what, step.done_at, here=here, redo=redo, names=self.names())
            touched = {row for _table, row in step.rows}
            self.take(fresh, step.saved.at)
            places = [index for index, row in enumerate(fresh.rows) if row.attendance in touched]
            if len(places) == 1 and self.is_attached:
                self.list.go(places[0])
            self.told(sentence)

        self.act(service, then)
