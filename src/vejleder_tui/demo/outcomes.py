"""Goals in every direction with their ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.demo.courses import COURSES, enrolment_of
from vejleder_tui.demo.scene import read_rows
from vejleder_tui.services.goals import new_goal, plan_rating, rate_goal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from vejleder_tui.demo.scene import Scene
    from vejleder_tui.services.desk import Desk

__all__ = ["condition", "schedule_goals"]

SOURCES = ("together", "together", "citizen", "worker")


def condition(term: str) -> str:
    """Return the FFB code of a condition by its term."""
    return next(one.code for one in codes.code_list("ffb_undertema") if one.display_da == term)


def schedule_goals(scene: Scene) -> None:
    """Put every goal, its ratings and the day of the next one into the timeline."""
    leaders = {data.key: data.leaders for data in COURSES}
    for number, row in enumerate(read_rows("goals")):
        key = f"{row['citizen']} {row['condition']}"
        who = leaders[row["course"]][0]
        scene.at(int(row["start"]), 830 + number % 30, who, _agree, scene, row, key)
        for rating in row["ratings"].split():
            day, level, *own = (int(part) for part in rating.split(":"))
            source = SOURCES[number % len(SOURCES)]
            scene.at(day, 940 + number % 30, who, _rate, scene, key, level, own[0] if own else None, source)
        if row["next_rating"]:
            scene.at(-6, 720, who, _plan, scene, key, scene.on(int(row["next_rating"])))


def _rate(desk: Desk, scene: Scene, key: str, level: int, own: int | None, source: str) -> None:  # noqa: PLR0917 - as played
    rate_goal(desk, scene.goals[key], level, self_rating=own, informant=source)


def _plan(desk: Desk, scene: Scene, key: str, due: date) -> None:
    plan_rating(desk, scene.goals[key], due)


def _agree(desk: Desk, scene: Scene, row: Mapping[str, str], key: str) -> None:
    # A goal of the three CTI phases goes on from course to course, so it hangs on none of them.
    enrolment = None if row["course"] == "cti1" else enrolment_of(desk, scene, row["course"], row["citizen"])
    scene.goals[key] = new_goal(
        desk, scene.citizens[row["citizen"]], enrolment=enrolment, text=row["text"], condition=condition(row["condition"]),
        goal_type=row["goal_type"], baseline=int(row["baseline"]), target=int(row["target"]),
        baseline_date=scene.on(int(row["start"])),
        follow_up_date=scene.on(int(row["deadline"])) if row["deadline"] else None,
    ).row  # fmt: skip
