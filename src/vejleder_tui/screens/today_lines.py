"""What stands on the lines of I dag, in words and cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import local, local_date
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.queries.sessions import SessionStatus
from vejleder_tui.rules.formats import days_ago, near_date, number, short_date, time_of, time_range, week
from vejleder_tui.screens.conflict_words import count_words, differing_words, table_word
from vejleder_tui.widgets.panels import Row
from vejleder_tui.widgets.text import Cell, columns, initials, plain, width

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.clock import Clock
    from vejleder_tui.queries.drafts import DraftView
    from vejleder_tui.queries.goals import GoalRow
    from vejleder_tui.queries.handover import Waiting
    from vejleder_tui.queries.peer import PeerView
    from vejleder_tui.queries.sessions import SessionView
    from vejleder_tui.queries.today import FollowUp, TodayView, ToSettle

__all__ = [
    "ALIKE",
    "BANDS",
    "PANELS",
    "empty",
    "first_row",
    "first_steps",
    "heading",
    "heights",
    "item",
    "rows",
    "status_word",
    "today_of",
]

Name = Callable[[str], str]
"""Turns a short name into what is shown: the name, or its initials."""

BANDS = (("sessions",), ("missing", "due"), ("follow_ups", "peer"), ("drafts", "to_settle"), ("handover",))
ALIKE = "alike"
"""The line of those who may be the same citizen."""
PANELS = tuple(one for band in BANDS for one in band)


def today_of(clock: Clock) -> date:
    """Return the Danish day."""
    return local_date(clock.now())


def status_word(view: SessionView) -> str:
    """Return the session's status in one word; "afklares" while two laptops disagree."""
    return _("afklares") if view.contested else view.status.word


def heading(panel_id: str, count: int, day: date | None = None) -> str:
    """Return the heading of a panel with its number of lines."""
    shown = number(count)
    return {
        "sessions": _("Mødegange i dag ({count})"),
        "missing": _("Mangler registrering ({count})"),
        "due": _("Mål til vurdering ({count})"),
        "follow_ups": _("Opfølgning ({count})"),
        "peer": _("Peer-støtte i {week} ({count})"),
        "drafts": _("Kladder ({count}) – ikke registreret endnu") if count else _("Kladder (0)"),
        "to_settle": _("Til afklaring ({count})"),
        "handover": _("Overdragelse"),
    }[panel_id].format(count=shown, week=week(day) if day else _("ugen"))


def empty(panel_id: str, *, calendar: bool) -> str:
    """Return what stands in a panel without lines, with the key where one helps."""
    if panel_id == "sessions" and calendar:
        return _("Ingen mødegange i dag. n opretter en, k viser kalenderen.")
    return {
        "sessions": _("Ingen mødegange i dag. n opretter en."),
        "missing": _("Alt er registreret."),
        "due": _("Ingen mål skal vurderes nu."),
        "follow_ups": _("Intet at følge op på."),
        "peer": _("Ingen endnu. p opretter en."),
        "drafts": _("Ingen kladder."),
        "to_settle": _("Intet at afklare."),
        "handover": "",
    }[panel_id]


def first_steps(view: TodayView | None) -> str:
    """Return the way on for who has no course yet."""
    if view is not None and view.joining:
        return _("Registreringerne fra den anden bærbar er ikke hentet endnu. Tryk 7 og så i.")
    if view is None or view.any_course:
        return ""
    return _("Der er ingen forløb endnu. Tryk 2 og så n for at oprette det første.")


def item(view: TodayView, panel_id: str, key: str) -> Any:  # noqa: ANN401 - what the query returned for the row
    """Return what a row stands for."""
    by_panel: dict[str, dict[str, Any]] = {
        "sessions": {one.ref.id: one for one in view.sessions},
        "missing": {one.ref.id: one for one in view.missing},
        "due": {one.id: one for one in view.due},
        "follow_ups": {one.task or one.about: one for one in view.follow_ups},
        "peer": {one.id: one for one in view.peer},
        "drafts": {one.id: one for one in view.drafts},
        "to_settle": {"first": view.to_settle, ALIKE: view.alike},
        "handover": {"waiting": view.waiting, "notice": view.notices},
    }
    return by_panel[panel_id].get(key)


def first_row(view: TodayView) -> tuple[str, str] | None:
    """Return where the cursor starts: the first line of today that needs something, else the first line there is."""
    for one in view.sessions:
        if one.registered < one.expected and one.status is not SessionStatus.CANCELLED:
            return "sessions", one.ref.id
    return None


def heights(found: dict[str, tuple[list[Row], int]], room: int) -> dict[str, int | None]:
    """Return the lines of each panel where not all fit in `room`: the day's sessions and what is missing go first."""
    bands = [max(1, *(len(found[one][0]) for one in band)) for band in BANDS]
    if sum(bands) <= room:
        return dict.fromkeys(PANELS, None)
    more = max(0, room - 13) // 4
    most = {"sessions": 5 + more, "missing": 3 + more, "due": 3 + more, "follow_ups": 2 + more, "peer": 2 + more}
    return {one: min(max(1, len(found[one][0])), most.get(one, 1 + more // 2)) for one in PANELS}


def rows(view: TodayView, *, private: bool = False) -> dict[str, tuple[list[Row], int]]:
    """Return the rows of each panel and the number for its heading; `private` shows initials in place of names."""

    def name(text: str) -> str:
        return initials(text) if private else plain(text)

    day = view.day
    placed = any(one.venue_name for one in view.sessions)
    settle = [Row("first", _settle(view.to_settle, day, name), say=_settle(view.to_settle, day, name))]
    sent = _handover(view.waiting, day)
    return {
        "sessions": ([_session(one, placed=placed) for one in view.sessions], len(view.sessions)),
        "missing": (_missing(view.missing, day), len(view.missing)),
        "due": (_due(view.due, day, name), len(view.due)),
        "follow_ups": (_follow_ups(view.follow_ups, day, name), len(view.follow_ups)),
        "peer": (_peer(view.peer, day), len(view.peer)),
        "drafts": ([_draft(one, day) for one in view.drafts], len(view.drafts)),
        "to_settle": (
            [*(settle if view.to_settle.count else []), *_alike(view.alike)],
            view.to_settle.count + view.alike,
        ),
        "handover": ([Row("waiting", sent, say=sent), *_notices(view.notices)], view.waiting.changes),
    }


def _session(one: SessionView, *, placed: bool) -> Row:
    counted = f"{one.registered:>2} {_('af')} {one.expected}"

    def text(cells: int) -> str:
        venue: list[Cell] = [(one.venue_name, 18 if cells < 100 else 30)] if placed and cells >= 66 else []
        time: Cell = (time_range(one.start_minute, one.end_minute), 11)
        return columns(cells, time, (one.title, 0), *venue, (counted, 8), (status_word(one), 8, "center"))

    return Row(one.ref.id, text, say=_session_sentence(one))


def _session_sentence(one: SessionView) -> str:
    parts = [one.title]
    if one.ordinal and one.total:
        parts.append(_("{ordinal}. mødegang af {total}").format(ordinal=one.ordinal, total=one.total))
    elif one.ordinal:
        parts.append(_("{ordinal}. mødegang").format(ordinal=one.ordinal))
    parts.append(one.status.word)
    if one.reason:
        parts.append(one.reason)
    if one.contested:
        parts.append(differing_words(one.open) or _("afklares"))
    said = f"{', '.join(parts)}. {count_words(one.to_settle)}".rstrip()
    if one.status in {SessionStatus.CANCELLED, SessionStatus.SKIPPED}:
        return said
    left = one.expected - one.registered
    if not one.expected:
        return f"{said} {_('Ingen deltagere er indskrevet.')}"
    if not left:
        return f"{said} {_('Alle er registreret.')}"
    return f"{said} " + ngettext("{count} er ikke registreret.", "{count} er ikke registreret.", left).format(
        count=number(left)
    )


def _missing(found: list[SessionView], day: date) -> list[Row]:
    dates = [short_date(one.date, day) for one in found]
    ages = [days_ago(one.date, day) for one in found]
    first, last = _widest(dates), _widest(ages)
    return [
        Row(
            one.ref.id,
            _cells((at, first), (one.title, 0), (age, last)),
            say=f"{at}, {age}: {_session_sentence(one)}",
        )
        for one, at, age in zip(found, dates, ages, strict=True)
    ]


def _due(found: list[GoalRow], day: date, name: Name) -> list[Row]:
    days = [one.due or day for one in found]
    dates = [near_date(one, day) if one == day else short_date(one, day) for one in days]
    names = [name(one.name) for one in found]
    first, second = max(5, _widest(dates)), min(14, _widest(names))
    made = []
    for one, due, at, who in zip(found, days, dates, names, strict=True):
        goal = one.term or _("borgerens ønske")
        said = _("{who}: {goal}. Vurderes {date}.").format(who=who, goal=goal, date=near_date(due, day))
        made.append(Row(one.id, _cells((at, first), (who, second), (_settling(goal, one), 0)), say=said))
    return made


def _settling(text: str, one: GoalRow | PeerView) -> str:
    return f"{_('afklares')}: {text}" if one.contested else text


def _follow_ups(found: list[FollowUp], day: date, name: Name) -> list[Row]:
    names = [name(one.name) for one in found]
    first = min(14, _widest(names))
    made = []
    for one, who in zip(found, names, strict=True):
        what = _cause(one, day)
        made.append(
            Row(
                one.task or one.about,
                _cells((who, first), (what, 0)),
                say=_("{who}: {what}.").format(who=who, what=what)
                + (" " + _("Kom igen {date}.").format(date=near_date(one.came_since, day)) if one.came_since else "")
                + (
                    " " + _("Følges op senest {date}.").format(date=near_date(one.date, day))
                    if one.task and one.date
                    else ""
                ),
            )
        )
    return made


def _cause(one: FollowUp, day: date) -> str:
    if one.cause == "absences":
        return _("udeblevet {count} gange i træk").format(count=one.times) if one.times > 1 else _("udeblevet")
    if one.cause == "grant":
        if one.task or one.date is None:
            return _("bevilling udløber")
        return _("bevilling udløbet {date}").format(date=short_date(one.date, day))
    return {"goal": _("mål skal følges op"), "measure": _("måling skal tages")}.get(one.cause, _("opfølgning"))


def _peer(found: list[PeerView], day: date) -> list[Row]:
    made = []
    for one in found:
        at = short_date(one.date, day)
        took = ngettext("{count} deltog", "{count} deltog", one.took_part).format(count=number(one.took_part))
        made.append(
            Row(one.id, _peer_text(at, _settling(one.form_name, one), took), say=f"{at}: {one.form_name}, {took}.")
        )
    return made


def _peer_text(at: str, form: str, took: str) -> Callable[[int], str]:
    return lambda cells: columns(cells, (at, width(at)), (form, 14 if cells < 50 else 26), (took, 0))


def _draft(one: DraftView, day: date) -> Row:
    begun = local(one.started_at)
    at = time_of(begun.hour * 60 + begun.minute)
    when = at if begun.date() == day else f"{short_date(begun.date(), day)} {at}"
    text = _("{title}, begyndt {time}").format(title=one.title, time=when)
    return Row(one.id, text, say=f"{text}. {_('Den er ikke registreret endnu.')}")


def _settle(one: ToSettle, day: date, name: Name) -> str:
    word = table_word(one.table, one.fields)
    parts = [word, short_date(one.day, day) if one.day else "", name(one.name) if one.name else ""]
    about = " ".join(part for part in parts if part)
    if one.cancelled:
        return f"{about}: {_('aflyst, men registreret')}"
    count = _("to") if one.values == 2 else number(one.values)
    if set(one.fields) == {"void"}:
        return f"{about}: {_('fjernet eller ej')}"
    said = _("{count} tider skrevet") if word == _("Mødetid") else _("{count} værdier skrevet")
    return f"{about}: {said.format(count=count)}"


def _notices(told: tuple[str, ...]) -> list[Row]:
    """Return one line for all that somebody has to see on Overdragelse."""
    if not told:
        return []
    more = "" if len(told) == 1 else _(" (og {count} mere)").format(count=len(told) - 1)
    return [Row("notice", f"! {plain(told[0])}{more}", say=f"{plain(told[0])}{more}")]


def _alike(count: int) -> list[Row]:
    if not count:
        return []
    said = ngettext("Samme borger? {count} par at svare på", "Samme borger? {count} par at svare på", count).format(
        count=number(count)
    )
    return [Row(ALIKE, said, say=said)]


def _handover(one: Waiting, day: date) -> str:
    receipt = ""
    if one.last_receipt_at is not None:
        at = local(one.last_receipt_at)
        receipt = f"{short_date(at.date(), day)} {at:%H:%M}"
    if not one.changes:
        return _("Alt er sendt og modtaget {time}.").format(time=receipt) if receipt else _("Der er intet at sende.")
    told = ngettext("{count} ændring venter", "{count} ændringer venter", one.changes).format(count=number(one.changes))
    if one.oldest_date is not None:
        told = _("{waiting}, de ældste fra {date}").format(waiting=told, date=short_date(one.oldest_date, day))
    last = _("sidste kvittering {time}").format(time=receipt) if receipt else _("ingen kvittering endnu")
    return f"{told} · {last}"


def _cells(*parts: Cell) -> Callable[[int], str]:
    return lambda cells: columns(cells, *parts)


def _widest(texts: list[str]) -> int:
    return max((width(plain(one)) for one in texts), default=0)
