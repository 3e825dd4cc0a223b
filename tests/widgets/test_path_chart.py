"""The path chart: as drawn in the picture, and whatever the room."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vejleder_tui.rules.goals import GoalType
from vejleder_tui.widgets.path_chart import HEIGHT, Path, path_lines
from vejleder_tui.widgets.text import width

TODAY = date(2026, 11, 24)
DAYS = (date(2026, 10, 6), date(2026, 10, 20), date(2026, 11, 3), date(2026, 11, 17))


def drawn(path: Path, cells: int = 77) -> list[str]:
    return [line.rstrip() for line in path_lines(path, cells, TODAY)]


def test_as_in_the_picture() -> None:
    path = Path(list(zip(DAYS, (3, 3, 2, 2), strict=True)), GoalType.DEVELOP, 1, date(2026, 12, 15))
    assert drawn(path) == [
        "0 ingen nedsat       │",
        "1 let nedsat         │- - - - - - - - - - - - - - - - - - mål 1, frist 15-12",
        "2 moderat nedsat     │                        ●───────────●",
        "3 svært nedsat       │●───────────●",
        "4 fuldstændig nedsat │",
        "                      06-10       20-10       03-11       17-11",
    ]


def test_the_target_is_named_by_direction_and_never_hidden() -> None:
    points = list(zip(DAYS, (2, 2, 2, 2), strict=True))
    hold = drawn(Path(points, GoalType.MAINTAIN, 2, date(2026, 12, 15)))[2]
    assert hold.endswith("hold 2")
    assert hold.count("●") == 4
    limit = drawn(Path(points, GoalType.LIMIT_LOSS, 3))
    assert limit[3].endswith("grænse 3")


def test_the_newest_ratings_stay_when_room_runs_out() -> None:
    points = [(TODAY - timedelta(days=7 * back), 2) for back in range(20, -1, -1)]
    narrow = drawn(Path(points, GoalType.DEVELOP, 1))
    assert narrow[-1].endswith("24-11")
    assert drawn(Path(points, GoalType.DEVELOP, 1), 117)[2].count("●") > narrow[2].count("●")


def test_not_assessed_stands_in_brackets_and_other_years_whole() -> None:
    lines = drawn(Path([(date(2025, 11, 3), 3), (date(2026, 11, 17), None)], GoalType.DEVELOP, 1))
    assert "03-11-2025" in lines[-1]
    assert "(17-11)" in lines[-1]
    assert "".join(lines).count("●") == 1


@pytest.mark.parametrize("cells", [1, 10, 30, 57])
def test_nothing_to_draw_is_drawn(cells: int) -> None:
    assert [width(line) for line in path_lines(Path([]), cells, TODAY)] == [cells] * HEIGHT


@given(
    st.lists(st.tuples(st.dates(date(2019, 1, 1), TODAY), st.none() | st.integers(0, 4)), max_size=40),
    st.none() | st.integers(0, 4),
    st.sampled_from(GoalType),
    st.none() | st.dates(date(2019, 1, 1), date(2030, 1, 1)),
    st.integers(1, 160),
)
def test_every_path_fits_every_room(
    points: list[tuple[date, int | None]], target: int | None, goal_type: GoalType, due: date | None, cells: int
) -> None:
    lines = path_lines(Path(sorted(points, key=lambda one: one[0]), goal_type, target, due), cells, TODAY)
    assert [width(line) for line in lines] == [cells] * HEIGHT
