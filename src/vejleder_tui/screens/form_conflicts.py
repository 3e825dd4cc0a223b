"""What laptops disagree about in the row that a form changes: said under the fields, since saving settles it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from vejleder_tui.screens.form import FormScreen

__all__ = ["tell_differing"]

_NAMED = {
    "start_at": "time", "end_at": "time", "date": "day", "substitute_number": "cpr", "grant_id": "grant",
    "theme_planned": "theme", "unnamed_guests": "guests", "plan": "time", "enrolled_from": "from",
}  # fmt: skip
"""The fields of forms that have another name than the record's."""


async def tell_differing(form: FormScreen) -> None:
    """Say under each field what laptops disagree about; what has no field here stands in line 23."""
    from vejleder_tui.queries.conflict_marks import differing  # noqa: PLC0415 - not for the first paint
    from vejleder_tui.screens.conflict_words import differing_words  # noqa: PLC0415

    table, row = form.row_shown()
    try:
        found = (await form.desk.read(lambda reader: differing(reader, table, [row]))).get(row, ())
    except VejlederError:
        return
    if not found or not form.is_mounted:
        return
    fields = {one.key for one in form.form.fields}
    rest = []
    for one in found:
        name = one.field if one.field in fields else _NAMED.get(one.field, "")
        if name not in fields:
            rest.append(one)
            continue
        words = differing_words([one])
        said = _("{differing}. Gemmer du, gælder det, der står her.").format(
            differing=f"{words[:1].upper()}{words[1:]}"
        )
        form.form.help(name, said)
    if rest:
        form.standing = differing_words(rest)
        form.say(form.standing)
