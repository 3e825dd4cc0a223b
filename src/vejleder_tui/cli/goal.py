"""`vejleder goal`: agree a goal, rate one, list them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from vejleder_tui.queries.goals import GoalRow

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    group = commands.add_parser("goal", parents=[common], help=_("mål: opret, vurdér og vis"))
    acts = group.add_subparsers(dest="act", metavar=_("HVAD"), required=True)
    add = acts.add_parser("add", parents=[common], help=_("opret et mål"))
    add.add_argument("--citizen", metavar="PERSON", help=_("borger: navn, id eller begyndelsen af id'et (8 tegn)"))
    add.add_argument(
        "--kind", choices=("goal", "subgoal", "wish"), help=_("mål, delmål eller ønske; mål, hvis det udelades")
    )
    add.add_argument("--parent", metavar="GOAL", help=_("målet, som et delmål hører under"))
    add.add_argument("--text", metavar="T", help=_("målet med borgerens egne ord"))
    add.add_argument("--condition", metavar="CODE", help=_("tilstand: kode eller begyndelsen af navnet"))
    add.add_argument(
        "--type", choices=("develop", "maintain", "limit_loss"), help=_("udvikle, fastholde eller begrænse tab")
    )
    add.add_argument("--start", metavar="0-4", help=_("startniveau, 0 til 4, lavere er bedre"))
    add.add_argument("--start-date", metavar="D", help=_("startdato; i dag, hvis den udelades"))
    add.add_argument("--target", metavar="0-4", help=_("målniveau, 0 til 4"))
    add.add_argument("--follow-up", metavar="D", help=_("frist, fx 15-12"))
    add.add_argument("--next", metavar="D", help=_("dag for næste vurdering, fx +2u"))
    add.set_defaults(run=_add)
    rate = acts.add_parser("rate", parents=[common], help=_("vurdér et mål"))
    rate.add_argument("goal", nargs="?", metavar="GOAL", help=_("målets id eller begyndelsen af det (8 tegn)"))
    rate.add_argument("--level", metavar="0-4", help=_("niveau, 0 til 4, lavere er bedre"))
    rate.add_argument("--not-assessed", action="store_true", help=_("ikke vurderet"))
    rate.add_argument("--date", metavar="D", help=_("dag, fx 24-11 eller i går; i dag, hvis den udelades"))
    rate.add_argument("--source", metavar="CODE", help=_("kilde: together, citizen, worker … eller KL's kode"))
    rate.add_argument("--comment", metavar="T", help=_("kommentar"))
    rate.add_argument("--self", metavar="0-10", dest="own", help=_("borgerens egen vurdering, 0 til 10"))
    rate.add_argument("--gas", metavar="N", help=_("GAS, -2 til 2"))
    rate.set_defaults(run=_rate)
    shown = acts.add_parser("list", parents=[common], help=_("vis mål, dem der skal vurderes, først"))
    shown.add_argument("--due", metavar="DAYS", type=int, help=_("kun dem, der skal vurderes inden for så mange dage"))
    shown.add_argument("--all", action="store_true", help=_("også afsluttede"))
    shown.set_defaults(run=_list)


def _add(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.goal_dialogue import add  # noqa: PLC0415
    from vejleder_tui.cli.opening import open_desk  # noqa: PLC0415
    from vejleder_tui.cli.output import print_json, say, wants_json  # noqa: PLC0415
    from vejleder_tui.queries.goals import find_goals  # noqa: PLC0415

    desk = open_desk(arguments)
    try:
        saved = add(desk, arguments)
        (row,) = find_goals(desk.store.connection, saved.row)
    finally:
        desk.store.close()
    if wants_json(arguments):
        print_json({**_as_json(row), "saved_at": saved.at})
    else:
        who = row.name.rstrip(".")
        say(_("Gemt: nyt mål for {who}. Alt er gemt {time}.").format(who=who, time=spoken_time(saved.at)))
    return 0


def _rate(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.goal_dialogue import rate  # noqa: PLC0415
    from vejleder_tui.cli.opening import open_desk  # noqa: PLC0415
    from vejleder_tui.cli.output import print_json, say, wants_json  # noqa: PLC0415
    from vejleder_tui.queries.goals import find_goals  # noqa: PLC0415
    from vejleder_tui.rules.goals import verdict, verdict_word  # noqa: PLC0415

    desk = open_desk(arguments)
    try:
        done = rate(desk, arguments)
        (row,) = find_goals(desk.store.connection, done.goal)
    finally:
        desk.store.close()
    outcome = verdict(row.goal_type, row.baseline, done.level, row.target) if row.goal_type else row.verdict
    if wants_json(arguments):
        print_json({
            "id": done.saved.row, "goal": row.id, "date": done.date.isoformat(), "level": done.level,
            "not_assessed": done.level is None, "verdict": outcome.value, "saved_at": done.saved.at,
        })  # fmt: skip
    elif done.level is None:
        said = _("Gemt: {who}, ikke vurderet. Alt er gemt {time}.")
        say(said.format(who=row.name, time=spoken_time(done.saved.at)))
    else:
        said = _("Gemt: {who} vurderet til {level}, {verdict}. Alt er gemt {time}.")
        time = spoken_time(done.saved.at)
        say(said.format(who=row.name, level=done.level, verdict=verdict_word(outcome), time=time))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_store  # noqa: PLC0415
    from vejleder_tui.cli.output import print_json, say, wants_json  # noqa: PLC0415
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.queries.goals import count_goals, goals_due, goals_list  # noqa: PLC0415

    today = local_date(arguments.clock.now())
    store, _unlocked = open_store(arguments, write=False)
    try:
        reader = store.connection
        if arguments.due is not None:
            rows = goals_due(reader, today, arguments.due)
        else:
            rows = goals_list(reader, ended=arguments.all, limit=count_goals(reader, ended=True) + 1)
    finally:
        store.close()
    if wants_json(arguments):
        print_json([_as_json(row) for row in rows])
        return 0
    if not rows:
        say(_("Ingen mål."))
    for row in rows:
        say(f"{spoken(row, today)} {_('Id: {id}.').format(id=row.id)}")
    return 0


def spoken_time(at: str) -> str:
    """Return "12.06" for "12:06:31"."""
    return at[:5].replace(":", ".")


def spoken(row: GoalRow, today: date) -> str:
    """Return a goal as it is heard: whose, for what, when it is to be rated, how it stands."""
    from vejleder_tui.rules.formats import near_date  # noqa: PLC0415
    from vejleder_tui.rules.goals import summary  # noqa: PLC0415

    parts = [row.name, row.term or _("ønske")]
    if row.due is not None:
        said = _("skulle vurderes {date}") if row.overdue(today) else _("vurderes {date}")
        parts.append(said.format(date=near_date(row.due, today)))
    text = f"{', '.join(parts)}."
    if row.contested:
        text += f" {_('Afklares.')}"
    return text if row.goal_type is None else f"{text} {summary(row.goal_type, row.baseline, row.now, row.target)}"


def _as_json(row: GoalRow) -> dict[str, Any]:
    return {
        "id": row.id, "citizen_id": row.citizen, "citizen": row.name, "kind": row.kind, "condition": row.condition,
        "condition_term": row.term, "type": row.goal_type.value if row.goal_type else None, "start": row.baseline,
        "now": row.now, "target": row.target, "verdict": row.verdict.value,
        "due": row.due.isoformat() if row.due else None, "status": row.status, "contested": row.contested,
    }  # fmt: skip
