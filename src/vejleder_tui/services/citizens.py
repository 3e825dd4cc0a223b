"""Citizens: who they are, and their target groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Citizen, CitizenTargetGroup, Organisation
from vejleder_tui.rules import cpr
from vejleder_tui.rules.text import clean, short_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = [
    "UNCHANGED",
    "SavedCitizen",
    "change_citizen",
    "new_citizen",
    "restore_citizen",
    "set_target_groups",
    "short_name_of",
    "void_citizen",
]

LONGEST_NAME = 500


class _Unchanged:
    """Says that a field keeps its value, where None says that it is emptied."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED: Any = _Unchanged()


@dataclass(frozen=True)
class SavedCitizen:
    """A citizen was saved. `hint` is a soft remark on the number; `same_number` the id of another row with that number."""

    saved: Saved
    citizen: str
    hint: str | None = None
    same_number: str | None = None


def new_citizen(
    desk: Desk,
    *,
    name: str = "",
    call_name: str = "",
    birth_date: date | None = None,
    number: str = "",
    alias: str = "",
    municipality: str | None = None,
    protected: bool = False,
    address: str = "",
    contact: str = "",
    interpreter: str = "",
    note: str = "",
    target_groups: Sequence[str] = (),
    citizen: str = "",
) -> SavedCitizen:
    """Write a new citizen with a name, or with an alias only.

    `number` is a CPR number, X-eCPR, D-eCPR or regional number as typed; the birth date is taken from it when missing.
    `municipality` is a code, else that of the organisation; `target_groups` FFB codes, the primary one first;
    `citizen` an id given beforehand. RuleError names the field: name, birth_date, cpr, municipality, target_groups.
    """
    with desk.transaction(N_("ny borger: {who}"), who=_who(name, call_name, alias)) as work:
        given: dict[str, object] = {
            "name": name, "call_name": call_name, "birth_date": birth_date, "number": number, "alias": alias,
            "municipality": municipality, "protected": protected or None, "address": address, "contact": contact,
            "interpreter": interpreter, "note": note,
        }  # fmt: skip
        if not municipality:
            own = work.rows("SELECT municipality FROM organisation WHERE void = 0 ORDER BY id LIMIT 1")
            given["municipality"] = own[0][0] if own else None
        values, hint = _values(given, {}, work.today)
        same = _same_number(work, values)
        row = work.create(Citizen, citizen or work.new_id(), {"organisation": _organisation(work)}, **values)
        _rank_groups(work, row, target_groups)
        return SavedCitizen(work.saved(row), row, hint, same)


def change_citizen(
    desk: Desk,
    citizen: str,
    *,
    name: str = UNCHANGED,
    call_name: str = UNCHANGED,
    birth_date: date | None = UNCHANGED,
    number: str = UNCHANGED,
    alias: str = UNCHANGED,
    municipality: str | None = UNCHANGED,
    protected: bool = UNCHANGED,
    address: str = UNCHANGED,
    contact: str = UNCHANGED,
    interpreter: str = UNCHANGED,
    note: str = UNCHANGED,
    target_groups: Sequence[str] = UNCHANGED,
    reason: str | None = None,
) -> SavedCitizen:
    """Write the fields that are given; an empty text empties a field. Errors as `new_citizen`."""
    given = {
        "name": name, "call_name": call_name, "birth_date": birth_date, "number": number, "alias": alias,
        "municipality": municipality, "protected": protected, "address": address, "contact": contact,
        "interpreter": interpreter, "note": note,
    }  # fmt: skip
    changes: dict[str, object] = {field: value for field, value in given.items() if value is not UNCHANGED}
    with desk.transaction() as work:
        standing = work.get(Citizen, citizen)
        before = {
            field: getattr(standing, field)
            for field in ("name", "call_name", "birth_date", "cpr", "substitute_number", "alias", "protected")
        }
        if "protected" in changes:
            changes["protected"] = bool(changes["protected"]) if before["protected"] or changes["protected"] else None
        values, hint = _values(changes, before, work.today)
        after = {**before, **values}
        who = _who(after["name"] or "", after["call_name"] or "", after["alias"] or "")
        with desk.transaction(N_("rettet borger: {who}"), who=who):
            if values:
                work.change(Citizen, citizen, correction=reason, **values)
            if target_groups is not UNCHANGED:
                _rank_groups(work, citizen, target_groups)
        same = _same_number(work, values, citizen)
        return SavedCitizen(work.saved(citizen), citizen, hint, same)


def void_citizen(desk: Desk, citizen: str, *, reason: str | None = None) -> Saved:
    """Take a citizen away; refused with RuleError while there is an open place on a course."""
    with desk.transaction(N_("fjernet borger: {who}"), who=short_name_of(desk, citizen)) as work:
        work.get(Citizen, citizen)
        if work.rows(
            "SELECT 1 FROM enrolment WHERE citizen = ? AND void = 0"
            " AND coalesce(status, '') NOT IN ('completed', 'ended') LIMIT 1",
            (citizen,),
        ):
            raise RuleError(
                _("Borgeren er stadig på et forløb."),
                _("Afslut indskrivningen først, eller fjern den, hvis den er en fejl."),
            )
        work.void(Citizen, citizen, correction=reason)
        return work.saved(citizen)


def restore_citizen(desk: Desk, citizen: str) -> Saved:
    """Bring a citizen back who was taken away."""
    with desk.transaction(N_("gendannet borger: {who}"), who=short_name_of(desk, citizen)) as work:
        work.restore(Citizen, citizen)
        return work.saved(citizen)


def set_target_groups(desk: Desk, citizen: str, target_groups: Sequence[str]) -> Saved:
    """Write a citizen's FFB target groups, the primary one first; those not named are taken away."""
    with desk.transaction(N_("målgrupper: {who}"), who=short_name_of(desk, citizen)) as work:
        work.get(Citizen, citizen)
        _rank_groups(work, citizen, target_groups)
        return work.saved(citizen)


def _values(given: dict[str, object], before: dict[str, Any], today: date) -> tuple[dict[str, Any], str | None]:
    """Return the columns to write, and a hint about the number; raises RuleError."""
    values: dict[str, Any] = {
        field: _tidy(field, value) if isinstance(value, str) else value
        for field, value in given.items()
        if field not in ("number", "birth_date")
    }
    number = str(given["number"] or "").strip() if "number" in given else None
    kept = before.get("cpr") or before.get("substitute_number") if number is None else number
    read = cpr.parse(kept, today) if kept else None
    is_cpr = read is not None and read.kind is cpr.NumberKind.CPR
    if number is not None:
        values["cpr"] = read.number if read is not None and is_cpr else None
        values["substitute_number"] = read.number if read is not None and not is_cpr else None
    if number or "birth_date" in given:
        values["birth_date"] = _born(given, before, read.birth_date if read is not None else None, today)
    after = {**before, **values}
    if not (after.get("name") or after.get("alias")):
        raise RuleError(_("Skriv et navn eller et alias."), field="name")
    code = values.get("municipality")
    if code is not None and codes.lookup("kommunekoder", str(code)) is None:
        raise RuleError(
            _("Kommunen kendes ikke."), _("Skriv de første bogstaver, og vælg med pil ned."), field="municipality"
        )
    return values, cpr.modulus_11_hint(read.number) if number and read is not None and is_cpr else None


def _born(given: dict[str, object], before: dict[str, Any], said: date | None, today: date) -> str | None:
    """Return the birth date to write: the one given, else the one that stands, else what the number says."""
    born = given.get("birth_date")
    if "birth_date" not in given and before.get("birth_date"):
        born = date.fromisoformat(before["birth_date"])
    if not isinstance(born, date):
        return said.isoformat() if said else None
    if not date(1900, 1, 1) <= born <= today:
        raise RuleError(_("Fødselsdatoen skal ligge mellem 1900 og i dag."), _("Ret datoen."), field="birth_date")
    if said is not None and born != said:
        raise RuleError(
            _("Fødselsdatoen passer ikke til nummeret."),
            _("Ret den ene, eller lad fødselsdatoen stå tom."),
            field="birth_date",
        )
    return born.isoformat()


def _tidy(field: str, value: str) -> str | None:
    text = clean(value).strip()
    if field in ("name", "call_name", "alias"):
        text = text.replace("\n", " ").replace("\t", " ")
        if len(text) > LONGEST_NAME:
            raise RuleError(
                _("Navnet er længere end {count} tegn.").format(count=LONGEST_NAME),
                _("Skriv det kortere."),
                field=field,
            )
    return text or None


def _same_number(work: Work, values: dict[str, object], citizen: str = "") -> str | None:
    for column in ("cpr", "substitute_number"):
        if values.get(column):
            found = work.rows(
                f"SELECT id FROM citizen WHERE {column} = ? AND id <> ? AND void = 0 ORDER BY id LIMIT 1",
                (values[column], citizen),
            )
            return str(found[0][0]) if found else None
    return None


def _organisation(work: Work) -> str:
    found = work.rows("SELECT id FROM organisation WHERE void = 0 ORDER BY id LIMIT 1")
    return work.get(Organisation, found[0][0] if found else "").id


def _rank_groups(work: Work, citizen: str, wanted: Sequence[str]) -> None:
    """Make the ranks 1, 2, 3 … those of `wanted`; a row a code, so that two laptops can each add one."""
    for code in wanted:
        if codes.lookup("ffb_maalgruppe", code) is None:
            raise RuleError(_("Målgruppen kendes ikke."), _("Vælg den på listen."), field="target_groups")
    standing = {
        code: row
        for row, code in work.rows(
            "SELECT id, code FROM citizen_target_group WHERE citizen = ? AND void = 0", (citizen,)
        )
    }
    for rank, code in enumerate(dict.fromkeys(wanted), 1):
        row = standing.pop(code, None)
        if row is None:
            work.create(CitizenTargetGroup, work.new_id(), {"citizen": citizen}, code=code, rank=rank)
        else:
            work.change(CitizenTargetGroup, row, rank=rank)
    for row in standing.values():
        work.void(CitizenTargetGroup, row)


def _who(name: str, call_name: str, alias: str) -> str:
    return short_name(name, call_name) if name.strip() else alias.strip()


def short_name_of(desk: Desk, citizen: str) -> str:
    """Return who a citizen is on a list, "Einer M.", or the alias; empty for an unknown id."""
    found = desk.store.connection.execute(
        "SELECT name, call_name, alias FROM citizen WHERE id = ?", (citizen,)
    ).fetchone()
    return _who(*(part or "" for part in found)) if found else ""
