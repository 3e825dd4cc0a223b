"""Two laptops that registered the same session of a group, each without knowing of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attend.group import Group, make_group
from tests.other_laptop import other_laptop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vejleder_tui.services.desk import Desk


@pytest.fixture
def group(desk: Desk) -> Group:
    return make_group(desk)


@pytest.fixture
def other(desk: Desk, group: Group, tmp_path: Path) -> Iterator[Desk]:
    """Bærbar 4, where LK works, with everything that stood on this laptop when the group was made."""
    assert group.course
    found = other_laptop(desk, tmp_path / "other")
    yield found
    found.store.close()
