"""The table of the screens: their keys in the order of the footer, and the menu, as data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from vejleder_tui.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["main", "detail", "task", "form", "search", "dialog"]


@dataclass(frozen=True)
class ScreenKeys:
    """The commands of a screen: `keys` are keys of its own, `without` global commands that it does not have."""

    screen_id: str
    kind: Kind
    title: str
    footer: tuple[str, ...]
    also: tuple[str, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: tuple[str, ...] = ()


SCREENS: dict[str, ScreenKeys] = {
    one.screen_id: one
    for one in (
        ScreenKeys(
            "unlock",
            "form",
            N_("Lås op"),
            ("unlock.open", "unlock.reveal", "unlock.recover", "app.language", "app.help"),
            without=("app.lock", "form.save", "app.menu"),
        ),
        ScreenKeys(
            "setup",
            "form",
            N_("Første start"),
            ("form.press", "form.next", "app.back", "app.language", "app.help"),
            without=("app.lock", "form.save", "app.menu"),
        ),
        ScreenKeys(
            "today",
            "main",
            N_("I dag"),
            ("today.open", "session.new", "peer.new", "goal.rate", "app.undo", "app.help"),
            ("go.calendar", "go.followup", "go.conflicts", "list.filter", "row.history", "citizen.open"),
        ),
        ScreenKeys(
            "courses",
            "main",
            N_("Forløb"),
            ("course.open", "course.new", "list.filter", "row.edit", "app.search", "app.help"),
            ("course.clone", "row.void", "row.history", "row.print", "list.voided"),
        ),
        ScreenKeys(
            "course",
            "detail",
            N_("Forløb"),
            ("session.register", "enrolment.new", "session.new", "session.cancel", "session.move", "app.help"),
            (
                "row.edit",
                "session.after",
                "session.signoff",
                "enrolment.status",
                "enrolment.offer",
                "citizen.open",
                "goal.rate",
                "course.clone",
                "row.print",
                "row.void",
                "row.history",
                "list.voided",
            ),
        ),
        ScreenKeys(
            "roster",
            "task",
            N_("Fremmøde"),
            ("roster.done", "attend.rest", "attend.note", "guest.new", "session.after", "app.help"),
            (
                "attend.present",
                "attend.partial",
                "attend.online",
                "attend.notified",
                "attend.reason",
                "attend.noshow",
                "attend.time",
                "attend.clear",
                "attend.repeat",
                "attend.range",
                "goal.rate",
                "session.incidents",
                "session.signoff",
                "citizen.open",
                "row.history",
                "peer.new",
                "roster.row",
            ),
        ),
        ScreenKeys("session_form", "form", N_("Mødegang"), ("form.save", "form.next", "app.back", "app.help")),
        ScreenKeys(
            "citizens",
            "search",
            N_("Borgere"),
            ("citizen.open", "search.clear", "citizen.new", "app.menu", "app.help"),
            ("form.down", "list.ended"),
            {"citizen.open": ("enter",)},
            without=("app.back",),
        ),
        ScreenKeys(
            "citizen",
            "detail",
            N_("Borger"),
            ("goal.rate", "goal.new", "row.edit", "peer.new", "citizen.cpr", "app.help"),
            (
                "row.open",
                "enrolment.new",
                "measure.new",
                "list.filter",
                "person.list",
                "row.print",
                "row.void",
                "row.history",
                "list.voided",
                "citizen.erase",
            ),
        ),
        ScreenKeys(
            "peer",
            "main",
            N_("Peer-støtte"),
            ("row.open", "peer.new", "peer.repeat", "row.edit", "list.filter", "app.help"),
            ("citizen.open", "row.print", "row.void", "row.history", "list.voided"),
            {"peer.new": ("p", "n")},
        ),
        ScreenKeys("peer_form", "form", N_("Peer-aktivitet"), ("form.save", "form.next", "app.back", "app.help")),
        ScreenKeys(
            "goals",
            "main",
            N_("Mål"),
            ("goal.rate", "goal.open", "goal.new", "row.edit", "list.filter", "app.help"),
            ("citizen.open", "goal.proposal", "row.void", "row.history", "list.voided", "list.ended"),
        ),
        ScreenKeys("proposal", "task", N_("Indstilling"), ("proposal.save", "app.back", "app.help")),
        ScreenKeys("goal_form", "form", N_("Mål"), ("form.save", "form.next", "app.back", "app.help")),
        ScreenKeys(
            "rating",
            "task",
            N_("Vurdér mål"),
            ("rating.level", "rating.none", "rating.source", "rating.comment", "rating.done", "app.help"),
            ("rating.self", "rating.gas", "row.history"),
        ),
        ScreenKeys(
            "handover",
            "main",
            N_("Overdragelse"),
            ("bundle.write", "bundle.read", "bundle.handed", "bundle.verify", "key.recipient", "app.help"),
            (
                "bundle.show",
                "bundle.again",
                "key.show",
                "key.trust",
                "key.revoke",
                "key.discard",
                "row.print",
                "key.remove",
                "row.history",
            ),
        ),
        ScreenKeys(
            "join",
            "task",
            N_("Ny bærbar"),
            ("row.open", "key.show", "bundle.read", "app.back", "app.help"),
        ),
        ScreenKeys(
            "merge",
            "task",
            N_("Indlæs pakke"),
            ("merge.accept", "app.back", "app.help"),
            without=("app.undo", "app.redo"),
        ),
        ScreenKeys(
            "conflicts",
            "task",
            N_("Til afklaring"),
            ("conflict.take", "conflict.own", "conflict.skip", "citizen.open", "app.undo", "app.help"),
            ("conflict.open", "row.history", "list.filter"),
        ),
        ScreenKeys(
            "calendar",
            "main",
            N_("Kalender"),
            ("session.register", "session.new", "calendar.today", "calendar.view", "list.filter", "app.help"),
            ("session.cancel", "session.move", "calendar.ics", "row.history"),
        ),
        ScreenKeys(
            "followup",
            "main",
            N_("Opfølgning"),
            ("task.done", "row.open", "task.postpone", "list.filter", "row.print", "app.help"),
            ("task.new", "citizen.open", "row.history"),
        ),
        ScreenKeys(
            "evaluation",
            "main",
            N_("Evaluering"),
            ("report.records", "list.filter", "report.compare", "report.plot", "report.save", "app.help"),
        ),
        ScreenKeys(
            "settings",
            "main",
            N_("Indstillinger"),
            ("setting.edit", "setting.toggle", "setting.default", "setting.keys", "app.search", "app.help"),
        ),
        ScreenKeys(
            "help", "task", N_("Hjælp"), ("app.search", "app.back"), (), without=("app.help", "app.undo", "app.redo")
        ),
        ScreenKeys(
            "palette",
            "form",
            N_("Kommandoer"),
            ("palette.run", "form.down", "app.back"),
            without=("app.palette", "form.save"),
        ),
        ScreenKeys(
            "more",
            "task",
            N_("Mere"),
            ("more.open", "app.back", "app.help"),
            (
                "go.calendar",
                "go.followup",
                "go.conflicts",
                "go.persons",
                "go.catalogue",
                "go.settings",
                "app.lock",
                "app.quit",
            ),
            {"app.lock": ("l", "ctrl+l"), "app.quit": ("q", "ctrl+q")},
        ),
        ScreenKeys("after_session", "form", N_("Efter mødet"), ("form.save", "form.next", "app.back", "app.help")),
        ScreenKeys("course_form", "form", N_("Forløb"), ("form.save", "form.next", "app.back", "app.help")),
        ScreenKeys("citizen_form", "form", N_("Borger"), ("form.save", "form.next", "app.back", "app.help")),
        ScreenKeys("grant_form", "form", N_("Bevilling"), ("form.save", "form.next", "app.back", "app.help")),
        ScreenKeys("consent_form", "form", N_("Samtykke"), ("form.save", "form.next", "app.back", "app.help")),
        ScreenKeys("enrolment_form", "form", N_("Indskrivning"), ("form.save", "form.next", "app.back", "app.help")),
        ScreenKeys("erase", "task", N_("Slet for altid"), ("erase.toggle", "erase.go", "app.back", "app.help")),
        ScreenKeys("history", "task", N_("Historik"), ("app.back", "app.help")),
        ScreenKeys(
            "persons",
            "task",
            N_("Samme borger?"),
            ("person.same", "person.different", "person.open", "person.other", "app.back", "app.help"),
            ("row.history",),
        ),
        ScreenKeys("dialog", "dialog", N_("Spørgsmål"), ("app.back", "app.help")),
    )
}

MENU: tuple[tuple[str, str], ...] = (
    ("1", "go.today"),
    ("2", "go.courses"),
    ("3", "go.citizens"),
    ("4", "go.peer"),
    ("5", "go.goals"),
    ("6", "go.evaluation"),
    ("7", "go.handover"),
    ("8", "go.more"),
)
"""The digits of the menu; they never move."""

MENU_HIDDEN: dict[str, frozenset[str]] = {"worker": frozenset("6"), "exporter": frozenset("23456")}
"""What a role may not see of the menu."""
