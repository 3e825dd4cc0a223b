"""How the roster of one session stands: its rows, goals and guests, in values and in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vejleder_tui.clock import local
from vejleder_tui.codes import AttendanceClass, absence_reason, attendance_kind
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.rules.goals import GoalType, target_words, type_name

if TYPE_CHECKING:
    from datetime import date, datetime

    from vejleder_tui.queries.sessions import SessionView

__all__ = ["GoalLine", "GuestLine", "Roster", "RosterRow"]


@dataclass(frozen=True)
class GoalLine:
    """A goal as the roster shows it: what it is about, its direction, start, now and target, and when it was rated last."""

    id: str
    what: str
    goal_type: GoalType
    start: int | None
    now: int | None
    target: int | None
    rated_on: date | None
    due: bool

    def line(self, today: date) -> str:
        """Return "Købe ind (fastholde) · start 2, nu 2, hold 2 · vurderet 03-11"."""
        levels = []
        if self.start is not None:
            levels.append(_("start {level}").format(level=self.start))
        if self.now is not None:
            levels.append(_("nu {level}").format(level=self.now))
        if self.target is not None:
            levels.append(target_words(self.goal_type, self.target))
        parts = [f"{self.what} ({type_name(self.goal_type).lower()})", ", ".join(levels)]
        if self.rated_on is None:
            parts.append(_("ikke vurderet endnu"))
        else:
            day = f"{self.rated_on:%d-%m}" if self.rated_on.year == today.year else f"{self.rated_on:%d-%m-%Y}"
            parts.append(_("vurderet {day}").format(day=day))
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class RosterRow:
    """One citizen on the roster. `minutes` None is the whole session, or "not known" where the code is *partial*.

    `in_a_row`: how many absences without notice lead up to and include this one. `late_days`: days from the session to
    the first registration. `contested`: the words that two laptops disagree about, empty when they do not.
    `attended_before` of `registered_before` earlier sessions of the course. `others`: codes that the same person has at
    this session under another registration (queries.persons), where they differ from `code`.
    """

    number: int
    citizen: str
    attendance: str
    name: str
    initials: str
    planned_minutes: int
    legal_basis: str = ""
    code: str | None = None
    reason: str | None = None
    minutes: int | None = None
    notified_at: datetime | None = None
    has_note: bool = False
    in_a_row: int = 0
    grant_end: date | None = None
    late_days: int = 0
    corrected: bool = False
    contested: tuple[str, ...] = ()
    walk_in: bool = False
    attended_before: int = 0
    registered_before: int = 0
    goals: tuple[GoalLine, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        """The sign: the key that sets the mark; `·` while not registered."""
        kind = attendance_kind(self.code)
        return "·" if self.code is None else (kind.letter if kind else "") or "–"

    @property
    def word(self) -> str:
        """The mark in words, with the reason of an absence: "afbud: sygdom"."""
        if self.code is None:
            return _("ikke registreret")
        kind = attendance_kind(self.code)
        word = kind.word if kind else self.code
        why = absence_reason(self.reason)
        return f"{word}: {why.word}" if why is not None else word

    @property
    def attended(self) -> bool:
        """Whether the mark counts as having come."""
        kind = attendance_kind(self.code)
        return kind is not None and kind.klass is AttendanceClass.ATTENDED

    @property
    def time(self) -> str:
        """The minutes as shown: "120 min", "? min" where nobody said, empty for who did not come."""
        if not self.attended:
            return ""
        if self.minutes is not None:
            return f"{self.minutes} min"
        return _("? min") if self.code == "partial" else f"{self.planned_minutes} min"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What stands under Bemærk, most important first."""
        found = []
        if self.contested:
            found.append(_("afklares"))
        found += [_("! også {mark}").format(mark=kind.word if kind else other)
                  for other in self.others for kind in [attendance_kind(other)]]  # fmt: skip
        if self.code == "absent_unnotified" and self.in_a_row > 1:
            found.append(_("! {count}. gang i træk").format(count=self.in_a_row))
        if self.grant_end is not None:
            found.append(_("! bevilling til {day}").format(day=f"{self.grant_end:%d-%m}"))
        if any(goal.due for goal in self.goals):
            found.append(_("mål vurderes i dag"))
        if self.notified_at is not None:
            found.append(_("meldt {moment}").format(moment=f"{local(self.notified_at):%d-%m %H:%M}"))
        if self.has_note:
            found.append(_("note"))
        if self.walk_in:
            found.append(_("uden plads"))
        if self.corrected:
            found.append(_("rettet"))
        if self.late_days > 0:
            found.append(
                ngettext("registreret {count} dag efter", "registreret {count} dage efter", self.late_days).format(
                    count=self.late_days
                )
            )
        return tuple(found)

    @property
    def history(self) -> str:
        """Return "fremmødt 5 af 6 gange", of the earlier sessions where the citizen was registered."""
        if not self.registered_before:
            return _("første gang")
        return ngettext(
            "fremmødt {count} af {total} gang", "fremmødt {count} af {total} gange", self.registered_before
        ).format(count=self.attended_before, total=self.registered_before)


@dataclass(frozen=True)
class GuestLine:
    """A named guest."""

    id: str
    label: str
    citizen: str | None


@dataclass(frozen=True)
class Roster:
    """A session's roster. `guest_count` counts named guests who are no citizens yet, and unnamed ones."""

    view: SessionView
    rows: tuple[RosterRow, ...]
    guests: tuple[GuestLine, ...]
    unnamed_guests: int
    incidents: str
    theme: str
    staff_minutes: int
    today: date
    elements: tuple[str, ...] = field(default=())

    @property
    def registered(self) -> int:
        """How many of the rows have a mark."""
        return sum(row.code is not None for row in self.rows)

    @property
    def attended(self) -> int:
        """How many came."""
        return sum(row.attended for row in self.rows)

    @property
    def missing(self) -> int:
        """How many are not registered."""
        return len(self.rows) - self.registered

    @property
    def guest_count(self) -> int:
        """Guests in all."""
        return self.unnamed_guests + sum(guest.citizen is None for guest in self.guests)

    @property
    def signed_off(self) -> bool:
        """Whether the session is signed off."""
        return self.view.signed_off_at is not None
