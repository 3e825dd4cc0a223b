"""`vejleder peer`: register a peer activity line by line, and list what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.i18n import _, ngettext

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.queries.peer import PeerView

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    group = commands.add_parser("peer", parents=[common], help=_("peer-støtte: registrér og vis"))
    acts = group.add_subparsers(dest="act", metavar=_("HVAD"), required=True)
    add = acts.add_parser("add", parents=[common], help=_("registrér en peer-aktivitet"))
    add.add_argument("--date", metavar="D", help=_("dag, fx 24-11 eller i går; i dag, hvis den udelades"))
    add.add_argument("--minutes", metavar="N", help=_("varighed i minutter"))
    add.add_argument("--form", metavar="CODE", help=_("form, kode i listen local_peer_aktivitet"))
    add.add_argument(
        "--purpose", metavar="CODE", action="append", help=_("formål, kode i local_peer_formaal; kan gentages")
    )
    add.add_argument(
        "--giver", metavar="PERSON", action="append", help=_("hvem der gav støtte: id eller navn; kan gentages")
    )
    add.add_argument("--receiver", metavar="PERSON", action="append", help=_("hvem der fik støtte; kan gentages"))
    add.add_argument("--count", metavar="N", type=int, help=_("hvor mange der fik støtte"))
    add.add_argument("--place", metavar="T", help=_("sted"))
    add.add_argument("--summary", metavar="T", help=_("med egne ord"))
    add.add_argument("--next", metavar="T", help=_("aftalt næste skridt"))
    add.add_argument("--shared", choices=("yes", "no"), help=_("delt med borgeren"))
    add.add_argument("--mutual", action="store_true", help=_("støtten gik begge veje"))
    add.add_argument("--like-last", action="store_true", help=_("som sidst; det, der er angivet, erstatter"))
    add.set_defaults(run=_add)
    shown = acts.add_parser("list", parents=[common], help=_("vis peer-aktiviteter"))
    shown.add_argument("--since", metavar="D", help=_("fra og med dagen"))
    shown.set_defaults(run=_list)


def _add(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_desk  # noqa: PLC0415
    from vejleder_tui.cli.output import print_json, say, wants_json  # noqa: PLC0415
    from vejleder_tui.cli.peer_add import add  # noqa: PLC0415
    from vejleder_tui.queries.peer import peer_activity  # noqa: PLC0415

    desk = open_desk(arguments)
    try:
        saved = add(desk, arguments)
        view = peer_activity(desk.store.connection, saved.row)
    finally:
        desk.store.close()
    if view is not None and wants_json(arguments):
        print_json({**_as_json(view), "saved_at": saved.at})
    elif view is not None:
        what, time = _spoken(view).rstrip("."), saved.at[:5].replace(":", ".")
        say(_("Gemt: {what}. Alt er gemt {time}.").format(what=what, time=time))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_store  # noqa: PLC0415
    from vejleder_tui.cli.output import print_json, say, wants_json  # noqa: PLC0415
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.queries.peer import peer_activities  # noqa: PLC0415
    from vejleder_tui.rules.dates import Lean, parse_date  # noqa: PLC0415

    since = parse_date(arguments.since, local_date(arguments.clock.now()), lean=Lean.PAST) if arguments.since else None
    store, _unlocked = open_store(arguments, write=False)
    try:
        views = peer_activities(store.connection, start=since)
    finally:
        store.close()
    if wants_json(arguments):
        print_json([_as_json(one) for one in views])
        return 0
    if not views:
        say(_("Ingen peer-aktiviteter endnu."))
    for one in views:
        say(_spoken(one))
    return 0


def _spoken(one: PeerView) -> str:
    from vejleder_tui.rules.formats import minutes, whole_date  # noqa: PLC0415

    count = ngettext("{count} deltog", "{count} deltog", one.took_part).format(count=one.took_part)
    people = ", ".join(person.name for person in one.people)
    return ", ".join(
        part for part in (one.form_name, whole_date(one.date), minutes(one.minutes), count, people) if part
    )


def _as_json(one: PeerView) -> dict[str, Any]:
    people = [
        {"id": person.person.id, "name": person.name, "role": person.role, "peer_role": person.person.peer_role}
        for person in one.people
    ]
    return {
        "id": one.id, "date": one.date.isoformat(), "minutes": one.minutes, "form": one.form,
        "purposes": list(one.purposes), "place": one.place, "people": people, "count": one.count,
        "took_part": one.took_part, "mutual": one.mutual, "session": one.session, "goal": one.goal,
        "summary": one.summary, "next_step": one.next_step, "shared": one.shared or None,
    }  # fmt: skip
