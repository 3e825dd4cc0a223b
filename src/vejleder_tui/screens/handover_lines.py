"""The lines of Overdragelse, made of what the query found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.clock import local
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.queries.handover_words import kind_list
from vejleder_tui.queries.merge_words import why_word
from vejleder_tui.rules.formats import number, short_date, whole_date
from vejleder_tui.widgets.panels import Row
from vejleder_tui.widgets.text import columns, width

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from vejleder_tui.queries.handover import HandoverPage, HistoryLine, Waiting
    from vejleder_tui.queries.keys import KnownKey

__all__ = [
    "bundle_rows",
    "bundles_header",
    "detail",
    "in_force",
    "ready",
    "recipient_rows",
    "said",
    "span_of",
    "status",
    "waiting_rows",
    "when_of",
    "widths",
]


def when_of(moment: datetime, today: date) -> str:
    """Return a moment as "20-11 15:04", with the year where it is another."""
    here = local(moment)
    return f"{short_date(here.date(), today)} {here:%H:%M}"


def in_force(page: HandoverPage, today: date) -> list[KnownKey]:
    """Return the recipients that a bundle written today is sealed for."""
    return [one for one in page.recipients if one.valid_until is None or one.valid_until >= today.isoformat()]


def _fitting(words: list[str], cells: int) -> str:
    """Return the words parted by " · ", whole ones only, with "…" for what has no room."""
    text = ""
    for place, word in enumerate(words):
        longer = f"{text} · {word}" if text else word
        room = cells if place == len(words) - 1 else cells - 4
        if width(longer) > room:
            return f"{text} · …"
        text = longer
    return text


def waiting_rows(page: HandoverPage, today: date) -> list[Row]:
    """Return the three lines of what waits."""
    waiting = page.waiting
    if not waiting.changes:
        if waiting.last_receipt_at is not None:
            text = _("Alt er sendt og modtaget {when}.").format(when=when_of(waiting.last_receipt_at, today))
        else:
            text = _("Her er ingen ændringer endnu.")
        return [Row(None, text, say=text), *_left_behind(page)]
    count = number(waiting.changes)
    if waiting.last_receipt_at is not None:
        first = ngettext(
            "{count} ændring siden kvitteringen {when}.",
            "{count} ændringer siden kvitteringen {when}.",
            waiting.changes,
        ).format(count=count, when=when_of(waiting.last_receipt_at, today))
    else:
        first = ngettext(
            "{count} ændring. Ingen kvittering endnu.", "{count} ændringer. Ingen kvittering endnu.", waiting.changes
        ).format(count=count)
    if waiting.oldest_date is not None:
        first += " " + _("De ældste er fra {date}.").format(date=short_date(waiting.oldest_date, today))
    kinds = kind_list(page.kinds.rows)
    if not page.kinds.complete:
        kinds = [_("blandt de første: {kind}").format(kind=kinds[0]), *kinds[1:]]
    return [Row(None, first), Row(None, lambda cells: _fitting(kinds, cells)), *_left_behind(page)]


def _left_behind(page: HandoverPage) -> list[Row]:
    parts = []
    if page.drafts:
        parts.append(
            _("Kommer ikke med: {drafts}.").format(
                drafts=ngettext("{count} kladde", "{count} kladder", page.drafts).format(count=page.drafts)
            )
        )
    if page.unregistered:
        parts.append(
            _("Mangler registrering: {sessions} (se I dag).").format(
                sessions=ngettext("{count} mødegang", "{count} mødegange", page.unregistered).format(
                    count=number(page.unregistered)
                )
            )
        )
    return [Row(None, " ".join(parts))] if parts else []


def recipient_rows(page: HandoverPage, today: date) -> list[Row]:
    """Return a line for each recipient: name, words, how long."""
    words = max([21, *(width(one.words) for one in page.recipients)])

    def made(one: KnownKey) -> Callable[[int], str]:
        until = _until(one, today)
        return lambda cells: columns(cells, (one.name, max(10, cells - words - 23)), (one.words, words), (until, 0))

    return [
        Row(
            one.fingerprint, made(one),
            say=f"{one.name}, {one.words}, {_until(one, today)}. {_to_send(page.to_send[one.fingerprint], today)}",
        )
        for one in page.recipients
    ]  # fmt: skip


def _to_send(one: Waiting, today: date) -> str:
    """Return how much a recipient has not acknowledged, and when it last did."""
    changes = ngettext("{count} ændring mangler dér", "{count} ændringer mangler dér", one.changes).format(
        count=number(one.changes)
    )
    if one.last_receipt_at is None:
        return _("{changes}; ingen kvittering endnu.").format(changes=changes)
    return _("{changes}; sidste kvittering {when}.").format(changes=changes, when=when_of(one.last_receipt_at, today))


def _until(one: KnownKey, today: date) -> str:
    if one.valid_until is None:
        return _("uden slutdato")
    day = whole_date(_date(one.valid_until))
    return (
        _("til {date}").format(date=day)
        if one.valid_until >= today.isoformat()
        else _("udløbet {date}").format(date=day)
    )


def _date(text: str) -> date:
    from datetime import date  # noqa: PLC0415

    return date.fromisoformat(text)


def widths(several: Sequence[HistoryLine]) -> tuple[int, int]:
    """Return the cells of range and number: as the picture has them, and more where the numbers need it."""
    return (
        max([11, *(width(span_of(one)) for one in several)]),
        max([5, *(width(number(one.operations)) for one in several)]),
    )


def _beside(written: str, span: tuple[str, int], count: tuple[str, int], handed: str, status: str) -> str:
    cells = 11 + 2 + span[1] + 2 + count[1] + 2 + 11
    return f"{columns(cells, (written, 11), span, (*count, 'right'), (handed, 11))} {status}"


def bundles_header(page: HandoverPage | None = None) -> str:
    """Return the heading of the columns."""
    span, count = widths(page.written if page else ())
    return _beside(_("Skrevet"), (_("Ændringer"), span), (_("Antal"), count), _("Afleveret"), _("Status"))


def bundle_rows(page: HandoverPage, today: date) -> list[Row]:
    """Return a line for each bundle that was written here."""
    span, count = widths(page.written)
    return [
        Row(
            one.bundle_id,
            _beside(
                when_of(one.created_at, today), (span_of(one), span), (number(one.operations), count),
                "–" if one.handed_at is None else when_of(one.handed_at, today), status(one, today),
            ),
            say=said(one, today),
        )
        for one in page.written
    ]  # fmt: skip


def span_of(one: HistoryLine) -> str:
    """Return the numbers of a bundle's own operations."""
    return f"{number(one.first)}–{number(one.last)}" if one.last else "–"


def status(one: HistoryLine, today: date) -> str:
    """Return what became of a bundle, in words."""
    state, _colon, reason = one.status.partition(":")
    if state == "received" and one.received_at is not None:
        return _("modtaget {when}").format(when=when_of(one.received_at, today))
    words = {
        "written": _("skrevet"),
        "handed": _("afleveret"),
        "received": _("modtaget"),
        "refused": _("afvist: {why}").format(why=_receiver_s_word(reason or one.why))
        if reason or one.why
        else _("afvist"),
        "waiting": _("venter: {why}").format(why=_receiver_s_word(one.why)) if one.why else _("venter"),
        "merged": _("indlæst, {count} til afklaring").format(count=reason) if reason else _("indlæst"),
        "withdrawn": _("trukket tilbage"),
        "discarded": _("kasseret"),
    }
    return words.get(state, state)


def _receiver_s_word(why: str) -> str:
    words = {
        "not_for_us": _("låst til en anden nøgle"),
        "tampered": _("ændret eller beskadiget"),
        "newer": _("modtageren er ældre"),
        "not_trusted": _("nøglen kendes ikke"),
    }
    return words.get(why) or why_word(why)


def said(one: HistoryLine, today: date) -> str:
    """Return a bundle as a sentence."""
    return _("Pakken af {when}, {count} ændringer, {status}").format(
        when=when_of(one.created_at, today), count=number(one.operations), status=status(one, today)
    )


def _middle(text: str, cells: int) -> str:
    """Return a path or a file name cut in its middle."""
    if width(text) <= cells:
        return text
    half = max(1, (cells - 1) // 2)
    return f"{text[: cells - 1 - half]}…{text[-half:]}"


def detail(one: HistoryLine | None, today: date, cells: int) -> tuple[str, str]:
    """Return the two detail lines of a bundle: its file, then its folder and whether it was checked."""
    if one is None:
        return "", ""
    when = when_of(one.created_at, today)
    said = _("Pakken af {when}: {file}")
    first = said.format(when=when, file=_middle(one.file_name, cells - width(said.format(when=when, file=""))))
    if one.verified_at is not None:
        checked = _("kontrolleret {when}: hel og rigtigt underskrevet").format(when=when_of(one.verified_at, today))
    else:
        checked = _("ikke kontrolleret endnu (c)")
    where = _("Ligger i {folder} · {checked}")
    room = max(8, cells - width(where.format(folder="", checked=checked)))
    return first, where.format(folder=_middle(one.folder, room), checked=checked)


def ready(page: HandoverPage, today: date) -> str:
    """Return what can be done now, for line 23."""
    count = len(in_force(page, today))
    if not count:
        return _("Ingen modtager endnu. Få en nøglefil fra administrationen, og tryk n.")
    if not page.waiting.changes:
        return ""
    changes = ngettext("{count} ændring", "{count} ændringer", page.waiting.changes).format(
        count=number(page.waiting.changes)
    )
    recipients = ngettext("{count} modtager", "{count} modtagere", count).format(count=count)
    return _("Klar til at skrive en pakke med {changes} til {recipients}.").format(
        changes=changes, recipients=recipients
    )
