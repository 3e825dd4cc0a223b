from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from vejleder_tui import i18n

if TYPE_CHECKING:
    from collections.abc import Iterator

_DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(autouse=True)
def _danish() -> Iterator[None]:
    i18n.set_language("da")
    yield
    i18n.set_language("da")


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads((_DATA / "test_vectors.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def test_people() -> list[dict[str, str]]:
    with (_DATA / "test_cpr_medcom.csv").open(encoding="utf-8", newline="") as readable:
        return list(csv.DictReader(readable))


@pytest.fixture(scope="session")
def holiday_rows() -> list[dict[str, str]]:
    with (_DATA / "helligdage.csv").open(encoding="utf-8", newline="") as readable:
        return list(csv.DictReader(readable))
