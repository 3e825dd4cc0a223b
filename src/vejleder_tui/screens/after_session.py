"""Efter mødet: theme, guests, staff time, core elements, incidents and the group's note, and the sign-off."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.queries.after_session import FORM_KINDS, AfterForm, EventLine, after_form
from vejleder_tui.queries.sessions import SessionRef
from vejleder_tui.rules.formats import line_date, short_date, time_range
from vejleder_tui.screens.conflict_words import count_words
from vejleder_tui.screens.drafting import DraftedForm
from vejleder_tui.screens.roster_text import saved_sentence
from vejleder_tui.widgets.form import BoxField, Choice, NumberField, PersonField, PickField, RadioField, TextField
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vejleder_tui.services.after_session import SavedAfter
    from vejleder_tui.widgets.fields import Field

__all__ = ["AfterSessionScreen"]

UNANSWERED = "unanswered"
CELLS = 53
_UNTOUCHED: tuple[Any, ...] = (None, "", UNANSWERED, {}, {"picked": []}, {"picked": [], "text": ""})
_EVENT = ("kind", "severity", "concerned", "action")
_SEVERITIES = {1: N_("1 let"), 2: N_("2 moderat"), 3: N_("3 alvorlig")}
_GUEST = ("guest", "guest_citizen")


class AfterSessionScreen(DraftedForm):
    """What is told of a session when it is over. Takes `ref`, and `field` to begin at (`kind`: a side effect)."""

    SCREEN_ID = "after_session"

    def __init__(self, *, ref: SessionRef | None = None, field: str = "", **values: Any) -> None:  # noqa: ANN401
        super().__init__(**values)
        about = self.about
        day = date.fromisoformat(about["planned_date"]) if about.get("planned_date") else None
        number = int(about["number"]) if about.get("number") else None
        self.ref = ref or SessionRef(about.get("session", ""), about.get("course") or None, day, number)
        self.found: AfterForm | None = None
        self._first_field = field
        self._sign = False
        self._loading = True
        self._save_when_read = False

    # What stands on it

    def row_shown(self) -> tuple[str, str]:
        """Return the row that is changed."""
        return "session", self.ref.id

    def title_left(self) -> str:
        """Return "Efter mødet · ABC-gruppe, efterår"."""
        title = self.found.view.title if self.found else ""
        return _("Efter mødet · {title}").format(title=title) if title else _("Efter mødet")

    def context(self) -> str:
        """Return which session it is, and whether it is signed off."""
        if self.found is None:
            return ""
        view = self.found.view
        when = f"{line_date(view.date)} {time_range(view.start_minute, view.end_minute)}"
        when = " · ".join(one for one in (when, _("afklares") if view.open else "", count_words(view.to_settle)) if one)
        if view.signed_off_at is not None:
            return _("{when} · godkendt {who} · en rettelse skal have en grund").format(
                when=when, who=view.signed_off_by
            )
        return when

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields in order."""
        names = {one.code: one.display for one in codes.code_list("local_tidsforbrug")}
        names["followup"] = _("Opfølgning")
        staff = [NumberField(kind, names[kind], most=1440, after="min") for kind in FORM_KINDS]
        kinds = [Choice(one.code, one.display) for one in codes.code_list("local_bivirkning")]
        answers = [("none", _("ingen")), ("some", _("ja, en bi-effekt")), (UNANSWERED, _("ikke besvaret"))]
        severities = [(str(level), _(word)) for level, word in _SEVERITIES.items()]
        return [
            TextField("why", _("Hvorfor rettes den"), cells=CELLS, required=True),
            TextField("theme", _("Tema"), cells=CELLS),
            NumberField("guests", _("Gæster uden navn"), most=500),
            PickField(
                "guest", _("Gæst er borger"), cells=CELLS - 1, help_line=_("En gæst, der nu er oprettet som borger.")
            ),
            PersonField("guest_citizen", _("Hvilken borger"), search=self._find_people, cells=CELLS - 1),
            staff[:2],
            staff[2:4],
            staff[4],
            PickField("elements", _("Kerneelementer"), several=True, cells=CELLS - 1),
            RadioField("incidents", _("Hændelser"), answers, chosen=UNANSWERED),
            PickField(
                "told",
                _("Beskrevet"),
                several=True,
                cells=CELLS - 1,
                help_line=_("Enter på en fjerner den. Nedenfor kan én til beskrives."),
            ),
            PickField("kind", _("Bi-effekt"), kinds, cells=CELLS - 1, required=True),
            RadioField("severity", _("Alvor"), severities, required=True),
            PickField(
                "concerned", _("Berørt borger"), cells=CELLS - 1, help_line=_("Tom, hvis det ikke var én bestemt.")
            ),
            TextField("action", _("Hvad blev gjort"), cells=CELLS),
            BoxField("note", _("Note om gruppen"), cells=CELLS, rows=2, help_line=_("Skriv ikke navne på deltagere.")),
        ]

    def buttons(self) -> Sequence[tuple[str, str]]:
        """Return Gem, Gem og godkend, and what throws a draft away."""
        return (("save", _("Gem")), ("sign", _("Gem og godkend")), ("discard", _("Kassér kladde")))

    def draft_title(self) -> str:
        """Return "Efter mødet 24-11"."""
        if self.found is None:
            return _("Efter mødet")
        return _("Efter mødet {date}").format(date=short_date(self.found.view.date, self.found.view.date))

    def draft_about(self) -> Mapping[str, str]:
        """Return which session it is about."""
        ref = self.ref
        day = ref.planned_date.isoformat() if ref.planned_date else ""
        return {"session": ref.id, "course": ref.course or "", "planned_date": day, "number": str(ref.number or "")}

    # Filling in

    def on_mount(self) -> None:
        """Read what the form begins with."""
        for name in ("why", "told", *_EVENT, *_GUEST):
            self.form.show_field(name, shown=False)
        self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        worker, now = self.desk.actor.worker_id, self.desk.clock.now()
        found = await self.desk.read(lambda reader: after_form(reader, self.ref, worker, now))
        self._loading = False
        if found is None:
            self.say(_("Mødegangen findes ikke længere. Esc går tilbage."), error=True)
            return
        self.found = found
        self._offer(found)
        if not found.elements:
            self.form.show_field("elements", shown=False)
        # Never from a draft: what was told since it was begun would be taken away.
        self.form.field("told").set_raw(self._raw(found)["told"])
        if self.draft is None:
            # What was typed before this was read stands.
            fresh = {name: raw for name, raw in self._raw(found).items() if self.form.field(name).raw in _UNTOUCHED}
            self.form.set_raw(fresh)
        if self._first_field == "kind":
            self.form.field("incidents").set_raw("some")
        self._show_event()
        self.form.show_field("why", shown=found.view.signed_off_at is not None)
        self.begun()
        self.refresh_lines()
        if self._first_field:
            self.form.field(self._first_field).target().focus()
        elif found.view.signed_off_at is not None:
            self.form.field("why").target().focus()
        if self._save_when_read:
            self.command_form_save()

    def _offer(self, found: AfterForm) -> None:
        """Fill the lists, and show the fields that have something to pick."""
        for name, choices in (
            ("elements", [Choice(one.code, one.name) for one in found.elements]),
            ("told", [Choice(one.id, _event(one)) for one in found.events]),
            ("concerned", [Choice(*one) for one in found.participants]),
            ("guest", [Choice(one.id, one.label) for one in found.guests]),
        ):
            field = self.form.field(name)
            if isinstance(field, PickField):
                field.choices = choices
        for name in ("kind", "severity"):
            self.form.field(name).required = not found.events
        for name in _GUEST:
            self.form.show_field(name, shown=bool(found.guests))

    @staticmethod
    def _raw(found: AfterForm) -> dict[str, Any]:
        raw: dict[str, Any] = {
            "theme": found.theme or found.theme_planned,
            "guests": str(found.unnamed_guests or ""),
            "note": found.note,
            "incidents": found.incidents or UNANSWERED,
            "elements": {"picked": [[one.code, one.name] for one in found.elements if one.used]},
            "told": {"picked": [[one.id, _event(one)] for one in found.events]},
        }
        for one in found.staff:
            minutes = one.minutes if one.minutes is not None else one.suggested
            raw[one.kind] = str(minutes or "")
        return raw

    async def _find_people(self, text: str) -> Sequence[Choice]:
        from vejleder_tui.queries.citizens import search  # noqa: PLC0415 - only when somebody is looked for

        page = await self.desk.read(lambda reader: search(reader, text.strip("+ "), size=12))
        return [
            Choice(one.id, f"{plain(one.name)} ({one.birth_year})" if one.birth_year else plain(one.name))
            for one in page.lines
        ]

    def field_changed(self, field: Field) -> None:
        """Ask for the side effect only where there was one."""
        if field.key == "incidents":
            self._show_event()

    def _show_event(self) -> None:
        shown = self.form.field("incidents").raw == "some"
        for name in _EVENT:
            self.form.show_field(name, shown=shown)
        self.form.show_field("told", shown=bool(self.found and self.found.events))

    # Saving

    def button_sign(self) -> None:
        """Save, and sign the session off in the same step."""
        self._sign = True
        self.command_form_save()

    def command_form_save(self) -> None:
        """Save, once the form has been read."""
        if self._loading:
            self._save_when_read = True
            return
        super().command_form_save()

    async def save(self, values: dict[str, Any]) -> None:
        """Save the form in one step."""
        sign, self._sign = self._sign, False
        from vejleder_tui.services.after_session import AfterSession, EventTold  # noqa: PLC0415 - loaded when saving

        incidents = values["incidents"] if values["incidents"] != UNANSWERED else None
        event = None
        if incidents == "some" and values["kind"]:
            severity = int(values["severity"]) if values["severity"] else None
            event = EventTold(values["kind"], severity, values["action"] or "", values["concerned"])
        kept = set(values["told"] or ())
        guest, citizen = values["guest"], values["guest_citizen"]
        if bool(guest) != bool(citizen):
            raise RuleError(_("Vælg både gæsten og borgeren."), field="guest_citizen" if guest else "guest")
        told = AfterSession(
            theme=values["theme"] or "",
            note=values["note"] or "",
            unnamed_guests=values["guests"] or 0,
            elements=tuple(values["elements"] or ()) if self.found and self.found.elements else None,
            staff={kind: values[kind] for kind in FORM_KINDS},
            incidents=incidents,
            event=event,
            without=tuple(one.id for one in self.found.events if one.id not in kept) if self.found else (),
            guest=(guest, citizen) if guest else None,
        )
        service, ref, why = self.desk.services.after_session, self.ref, values["why"]
        try:
            saved: SavedAfter = await self.save_with(
                lambda desk: service.save_after_session(desk, ref, told, sign=sign, correction=why)
            )
        except RuleError as error:
            named = {"reason": "why", "staff": "delivery"}.get(error.field, error.field)
            raise RuleError(error.message, error.remedy, field=named) from error
        what = _("Mødegangen er godkendt") if sign else _("Efter mødet")
        sentence = saved_sentence(what, saved.saved.at)
        if saved.named:
            sentence = _("Noten nævner måske {who}. Skriv hellere uden navne · gemt {time} · z fortryder").format(
                who=", ".join(saved.named), time=saved.saved.at
            )
        self.done(sentence)


def _event(one: EventLine) -> str:
    """Return a told side effect in one line: "Konflikt i gruppen, 2 moderat, Max B."."""
    kind = codes.display("local_bivirkning", one.kind)
    severity = _(_SEVERITIES[one.severity]) if one.severity in _SEVERITIES else ""
    return ", ".join(part for part in (kind, severity, one.name) if part)
