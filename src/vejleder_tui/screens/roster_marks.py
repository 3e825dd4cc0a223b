"""Marking in Fremmøde: one citizen, several, or the rest; the last mark again; what takes a mark away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.i18n import _, ngettext
from vejleder_tui.screens.roster_bars import RosterBars
from vejleder_tui.widgets.roster_list import RowState

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vejleder_tui.queries.sessions import SessionRef

__all__ = ["RosterMarks"]


class RosterMarks(RosterBars):
    """The commands that mark; with a selection they act on all of it."""

    def __init__(self, *, ref: SessionRef, **values: object) -> None:
        super().__init__(ref=ref, **values)
        self._range: int | None = None
        self._last: tuple[str, str | None] | None = None

    @property
    def selecting(self) -> bool:
        """Whether a selection is open."""
        return self._range is not None

    # Marks

    def _targets(self) -> list[int]:
        if self.found is None or not self.found.rows:
            return []
        if self._range is None:
            return [self.list.at]
        low, high = sorted((self._range, self.list.at))
        return list(range(low, high + 1))

    def is_chosen(self, index: int) -> bool:
        """Return whether a row is part of the selection."""
        return self._range is not None and index in self._targets()

    def _set(self, code: str, reason: str | None = None) -> None:
        """Mark the row in focus, or all selected ones, and go one row down."""
        indexes = self._targets()
        if not indexes or self.found is None:
            return
        citizens = [self.found.rows[index].citizen for index in indexes]

        def act(why: str | None) -> None:
            def service(desk: Any) -> Any:  # noqa: ANN401 - what services write through
                attendance = self.services.attendance
                if len(citizens) == 1:
                    return attendance.mark(desk, self.ref, citizens[0], code, reason=reason, correction=why)
                return attendance.marks_many(desk, self.ref, citizens, code, reason=reason, correction=why)

            self._last = (code, reason)
            self.leave_range()
            self.list.go(indexes[-1] + 1)
            self._do(service, indexes, code=code, reason=reason)

        self.correcting(act)

    def _do(self, service: Callable[[Any], Any], indexes: list[int], **shown: object) -> None:
        mark = {"minutes": None, "notified_at": None, "contested": (), **shown}
        if len(indexes) == 1 and self.shown(indexes[0]).code == mark.get("code"):
            mark.pop("minutes")
            if mark.get("reason") is None:
                mark.pop("reason", None)
        self.mark(service, indexes, **mark)  # type: ignore[arg-type] # fields of a row by name

    def command_attend_present(self) -> None:
        """Mark that the citizen came."""
        self._set("present")

    def command_attend_partial(self) -> None:
        """Mark that the citizen was there for some of the time."""
        self._set("partial")

    def command_attend_online(self) -> None:
        """Mark that the citizen took part online."""
        self._set("online")

    def command_attend_notified(self) -> None:
        """Mark absence with notice."""
        self._set("absent_notified")

    def command_attend_noshow(self) -> None:
        """Mark absence without notice."""
        self._set("absent_unnotified")

    def command_attend_reason(self) -> None:
        """Ask for the reason; a no-show stays one, everyone else becomes absent with notice."""
        indexes = self._targets()
        if not indexes or self.found is None or not self.may_write():
            return
        row = self.shown(indexes[0])

        def then(reason: str) -> None:
            code = "absent_unnotified" if len(indexes) == 1 and row.code == "absent_unnotified" else "absent_notified"
            self._set(code, reason)

        self.ask_reason(then)

    def command_attend_repeat(self) -> None:
        """Mark the row in focus as the last one was."""
        if self._last is None:
            self.say(_("Der er intet at gentage endnu."))
            return
        self._set(*self._last)

    def command_attend_clear(self) -> None:
        """Take the mark away; z brings it back."""
        indexes = self._targets()
        if not indexes or self.found is None:
            return
        if all(self.shown(index).code is None for index in indexes) and not self.failing():
            self.say(_("Der er intet at rydde her."))
            return
        citizens = [self.found.rows[index].citizen for index in indexes]

        def act(why: str | None) -> None:
            self.leave_range()
            self._do(
                lambda desk: self.services.attendance.clear(desk, self.ref, citizens, correction=why),
                indexes, code=None, reason=None,
            )  # fmt: skip

        self.correcting(act)

    def command_attend_rest(self) -> None:
        """Mark everyone who has no mark yet as having come; one step."""
        if self.found is None:
            return
        indexes = [index for index in range(len(self.found.rows)) if self._empty(index)]
        if not indexes:
            self.say(_("Alle er registreret."))
            return

        def act(why: str | None) -> None:
            self.leave_range()
            self._do(
                lambda desk: self.services.attendance.mark_rest(desk, self.ref, "present", correction=why),
                indexes, code="present", reason=None,
            )  # fmt: skip

        self.correcting(act)

    def _empty(self, index: int) -> bool:
        if self.found is None:
            return False
        attempt = self.attempts.get(self.found.rows[index].citizen)
        if attempt is not None and attempt.state is RowState.PENDING:
            return attempt.row.code is None
        return self.found.rows[index].code is None

    def failing(self) -> bool:
        """Return whether some row shows a mark that is not on the disk."""
        return any(one.state is RowState.FAILED for one in self.attempts.values())

    # Selecting more

    def command_attend_range(self) -> None:
        """Begin a selection at the row in focus, or end it."""
        if self._range is not None:
            self.leave_range()
            self.say("")
        elif self.found is not None and self.found.rows:
            self._range = self.list.at
            self.say_range()

    def say_range(self) -> None:
        """Say how many are selected."""
        count = len(self._targets())
        text = ngettext(
            "{count} valgt. Pilene vælger flere, et bogstav markerer dem, Esc slutter.",
            "{count} valgt. Pilene vælger flere, et bogstav markerer dem, Esc slutter.",
            count,
        )
        self.say(text.format(count=count))
        self.repaint()

    def leave_range(self) -> None:
        """End the selection."""
        if self._range is not None:
            self._range = None
            self.repaint()
