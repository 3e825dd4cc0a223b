from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attend.group import Group, make_group

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


@pytest.fixture
def group(desk: Desk) -> Group:
    return make_group(desk)
