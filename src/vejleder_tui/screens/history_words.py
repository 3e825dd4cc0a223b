"""What a change in the log says, in words: the names of fields, and their values as people say them."""

from __future__ import annotations

from vejleder_tui import codes
from vejleder_tui.clock import from_stamp, local
from vejleder_tui.codes.informants import informant, informant_word
from vejleder_tui.codes.names import field_words
from vejleder_tui.i18n import N_, _
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.rules.goals import GoalType, type_name
from vejleder_tui.rules.legal import short_form
from vejleder_tui.rules.recurrence import describe, parse_plan

__all__ = ["label", "shown"]

_WORDS = {
    "waiting": N_("venter"), "offered": N_("tilbudt"), "enrolled": N_("indskrevet"), "paused": N_("pause"),
    "completed": N_("gennemført"), "ended": N_("ophørt"), "planned": N_("planlagt"), "held": N_("afholdt"),
    "cancelled": N_("aflyst"), "moved": N_("flyttet"), "running": N_("i gang"), "closed": N_("lukket hold"),
    "rolling": N_("løbende optag"), "open": N_("åbent tilbud"), "time_limited": N_("tidsafgrænset"),
    "ongoing": N_("uden slutdato"), "none": N_("ingen"), "some": N_("nogle"), "active": N_("i gang"),
    "goal": N_("indsatsmål"), "subgoal": N_("delmål"), "wish": N_("borgers ønske"), "yes": N_("ja"), "no": N_("nej"),
    "light": N_("let"), "heavy": N_("tung"), "letter": N_("afgørelsesbrev"), "system": N_("fagsystem"),
    "citizen": N_("borgeren"), "other": N_("andet"), "sharing": N_("deling med andre"), "measurements": N_("målinger"),
    "photos": N_("billeder"), "lead": N_("tovholder"), "roster": N_("fremmødelisten"), "walk-in": N_("mødte op"),
    "paper": N_("papir"), "import": N_("indlæst"),
}  # fmt: skip
"""The words for codes of our own."""
_CODED = frozenset({"status", "kind", "duration", "incidents", "shared", "load", "source", "scope", "role"})
"""The fields with such codes: in any other field the same word is somebody's own."""

_LISTS = {
    "end_reason": ("local_afslutning", "kl_begrundelse_indsatsophoer"), "reason": ("local_fravaersaarsag",),
    "code": ("local_fremmoede", "ffb_maalgruppe"), "condition": ("ffb_undertema",), "secondary": ("ffb_undertema",),
    "service": ("ffb_ydelse",), "municipality": ("kommunekoder",), "form": ("local_peer_aktivitet",),
    "purposes": ("local_peer_formaal",), "peer_role": ("local_peer_rolle",), "target_groups": ("ffb_maalgruppe",),
}  # fmt: skip
_MASKED = frozenset({"cpr", "substitute_number", "address"})


def label(field: str) -> str:
    """Return what a field is called."""
    return field_words(field)


def shown(field: str, value: object) -> str:
    """Return a value as people say it; "–" for none, and nothing of what is masked on the screen."""
    if value is None or value == "":
        return "–"
    if field in _MASKED:
        return "••••"
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    return _formed(field, str(value))


def _formed(field: str, text: str) -> str:
    if field in _CODED and text in _WORDS:
        return _(_WORDS[text])
    if field in _LISTS:
        return ", ".join(_coded(_LISTS[field], one) for one in _split(_LISTS[field], text))
    made = text
    if field == "plan":
        made = _plan(text)
    elif field == "legal_basis":
        made = short_form(text)
    elif field == "legal_bases":
        made = ", ".join(short_form(one) for one in text.split())
    elif field == "goal_type" and text in {one.value for one in GoalType}:
        made = type_name(GoalType(text))
    elif field == "informant" and informant(text) is not None:
        made = informant_word(text)
    elif field.endswith("_at") and text.endswith("Z"):
        made = f"{local(from_stamp(text)):%d-%m-%Y %H:%M}"
    elif len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit():
        made = f"{text[8:]}-{text[5:7]}-{text[:4]}"
    return made


def _split(lists: tuple[str, ...], text: str) -> list[str]:
    """Return the codes of a field with several; a text that is no code stays whole."""
    parts = text.split()
    return parts if all(any(codes.lookup(one, part) for one in lists) for part in parts) else [text]


def _coded(lists: tuple[str, ...], code: str) -> str:
    return next((codes.display(one, code) for one in lists if codes.lookup(one, code) is not None), code)


def _plan(text: str) -> str:
    try:
        plan = parse_plan(text)
    except ValueError:
        return text
    end = (
        _("{count} gange").format(count=plan.sessions)
        if plan.sessions
        else whole_date(plan.until)
        if plan.until
        else ""
    )
    said = f"{describe(plan)}, {_('fra {day}').format(day=whole_date(plan.first))}"
    return f"{said}, {end}" if end else said
