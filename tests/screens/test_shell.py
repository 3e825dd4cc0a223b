"""Keys in, screen out, for what every screen has."""

from __future__ import annotations

from tests.screens.desk import make
from tests.screens.golden import check_golden, wait


async def test_i_dag_is_drawn_as_in_the_picture() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        check_golden(app, "shell-today")
