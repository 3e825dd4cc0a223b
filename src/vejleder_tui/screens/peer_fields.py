"""The fields of the peer form that no other form has, and how people and templates stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.queries.peer import PEER_ROLES, PeerPerson
from vejleder_tui.rules.dates import parse_duration
from vejleder_tui.rules.formats import short_date
from vejleder_tui.widgets.form import Choice, PersonField, PickField, TextField
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from vejleder_tui.queries.peer import PeerParticipantView, PeerTemplate
    from vejleder_tui.queries.peer_people import NamedPerson

__all__ = [
    "DurationField",
    "PeopleField",
    "TemplateField",
    "giver_choices",
    "person_choice",
    "person_of",
    "picked_people",
    "receiver_choices",
    "template_choice",
]

ROLES_OF_A_GIVER = ("peer_employed", "peer_volunteer", "citizen_to_citizen", "co_facilitator")


def person_choice(person: PeerPerson, name: str, *, with_role: bool) -> Choice:
    """Return a person as a choice: the value holds the id and the role, the label is the short name and the role."""
    kind = "c" if person.citizen else "w"
    role = codes.display(PEER_ROLES, person.peer_role or None) if with_role else ""
    label = f"{name}, {role[:1].lower()}{role[1:]}" if role else name
    return Choice(f"{kind}:{person.id}:{person.peer_role if with_role else ''}", plain(label))


def person_of(value: str) -> PeerPerson:
    """Return the person that a choice stands for."""
    kind, one, role = value.split(":")
    return PeerPerson(citizen=one, peer_role=role) if kind == "c" else PeerPerson(worker=one, peer_role=role)


def receiver_choices(found: Sequence[NamedPerson]) -> list[Choice]:
    """Return who can get support."""
    return [person_choice(one.person, one.name, with_role=False) for one in found]


def giver_choices(found: Sequence[NamedPerson]) -> list[Choice]:
    """Return who can give support, with the role they had last; of one or two people, with each other role too."""
    choices = []
    for one in found:
        roles = [one.person.peer_role]
        if len(found) <= 2:
            roles += [role for role in ("", *ROLES_OF_A_GIVER) if role not in roles]
        for role in roles:
            person = PeerPerson(one.person.citizen, one.person.worker, role)
            choices.append(person_choice(person, one.name, with_role=True))
    return choices


def picked_people(people: Sequence[PeerParticipantView], *, with_role: bool) -> dict[str, Any]:
    """Return the raw value of a field with these people in it."""
    chosen = [person_choice(one.person, one.name, with_role=with_role) for one in people]
    return {"picked": [[one.value, one.label] for one in chosen], "text": ""}


def template_choice(template: PeerTemplate, today: date, *, last: bool) -> Choice:
    """Return a template as a choice: "Som sidst: 17-11, følgeskab, Sverre M."."""
    form = codes.display("local_peer_aktivitet", template.form)
    people = template.givers or template.receivers
    count = template.count or 0
    who = ", ".join(one.name for one in people) or ngettext("{count} deltog", "{count} deltog", count).format(
        count=count
    )
    text = _("Som sidst: {date}, {form}, {who}") if last else _("Som {date}: {form}, {who}")
    label = text.format(date=short_date(template.date, today), form=f"{form[:1].lower()}{form[1:]}", who=who)
    return Choice(template.activity, plain(label))


class DurationField(TextField):
    """A length of time: `90`, `1:30`, `1,5 t`; the value is whole minutes."""

    def value(self) -> int:
        """Return the minutes; raises RuleError."""
        return parse_duration(self.raw, field=self.key)


class PeopleField(PersonField):
    """People; the star says that somebody is needed, but a count does too, so the rule is the service's."""

    def parse(self) -> list[PeerPerson]:
        """Return who is picked; raises RuleError where text stands that picks nobody."""
        return [] if self.empty else [person_of(one) for one in self.value()]

    def take(self, choice: Choice) -> None:
        """Pick a person; the same one with another role takes the first one's place."""
        same = choice.value.rsplit(":", 1)[0]
        self.picked = [one for one in self.picked if one == choice or one.value.rsplit(":", 1)[0] != same]
        super().take(choice)

    def say_after(self, text: str) -> None:  # noqa: ARG002 - line 23 says how many; here there is no room for it
        """Say nothing behind the field."""
        super().say_after("")

    def hint(self) -> str:
        """Return what line 23 says while the field has the focus."""
        count = len(self.picked)
        if not count:
            return _("{field}: skriv nogle bogstaver af navnet, og vælg med Enter. + viser de seneste.").format(
                field=self.caption
            )
        citizens = all(one.value.startswith("c:") for one in self.picked)
        text = (
            ngettext("{field}: {count} borger valgt.", "{field}: {count} borgere valgt.", count)
            if citizens
            else ngettext("{field}: {count} person valgt.", "{field}: {count} personer valgt.", count)
        )
        more = _("Tilføj flere med +, eller gå videre med Tab.")
        return f"{text.format(field=self.caption, count=count)} {more}"


class TemplateField(PickField):
    """Earlier activities; Enter fills the form in with the one that stands there. It is no part of what is saved."""

    def __init__(self, name: str, label: str, fill: Callable[[], None], *, cells: int) -> None:
        super().__init__(name, label, cells=cells)
        self._fill = fill

    @property
    def raw(self) -> Any:  # noqa: ANN401
        """Nothing: which template stands here is not worth a draft."""
        return {}

    def parse(self) -> None:
        """Return nothing."""

    def enter(self) -> None:
        """Take the template in the open list, fill the form in, and go on."""
        if self.is_open and self.list is not None and self.list.found:
            self.take(self.list.found[self.list.at])
        self._fill()
        self.close()
        self.screen.focus_next()

    def offer(self, choices: Sequence[Choice]) -> None:
        """Take the templates there are; the newest one stands in the field."""
        self.choices = list(choices)
        if choices:
            self.set_raw({"picked": [list(choices[0])]})
        else:
            self.line.placeholder = _("Ingen tidligere")
