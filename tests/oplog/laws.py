"""The laws of taking away and of taking back, reckoned from what every writer knew, not from what the fold keeps."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from vejleder_tui.oplog import VOID, Blocker, inverse, operations_of, read_row

if TYPE_CHECKING:
    from tests.oplog.replicas import Replica, Written

__all__ = ["undo_law", "void_law"]

CREATED = ""


def live(replica: Replica) -> dict[str, dict[str, Written]]:
    """Return the operations that count here, by row and hash."""
    found: dict[str, dict[str, Written]] = {}
    for (one,) in replica.database.execute(
        "SELECT hash FROM operation WHERE line IS NOT NULL AND table_name <> 'erasure'"
        " AND hash NOT IN (SELECT hash FROM held)"
    ).fetchall():
        written = replica.world.written[one]
        found.setdefault(written.said.row, {})[one] = written
    return found


def _leaves(operations: dict[str, Written]) -> dict[str, set[str]]:
    """Return per field what nobody who knew it has written over; every create of the row stays."""
    leaves: dict[str, set[str]] = {}
    for one, written in operations.items():
        if written.said.key is not None:
            leaves.setdefault(CREATED, set()).add(one)
        for name in written.said.values:
            over = (other for other in operations.values() if name in other.said.values)
            if not any(one in other.knew for other in over):
                leaves.setdefault(name, set()).add(one)
    return leaves


def void_law(replica: Replica) -> Counter[str]:
    """Assert of each row that it is away just when all say so who said it last, and they knew all that stands in it.

    Returns how many rows are away, and of how many that is disputed.
    """
    contested = {str(row) for (row,) in replica.database.execute("SELECT row FROM contested WHERE field = 'void'")}
    found: Counter[str] = Counter()
    for row, operations in live(replica).items():
        leaves = _leaves(operations)
        said = leaves.pop(VOID, set())
        away = [one for one in said if operations[one].said.values[VOID]]
        knew = set().union(*(operations[one].knew for one in said)) | said
        whole = len(away) == len(said) and all(hashes <= knew for hashes in leaves.values())
        state = read_row(replica.database, next(iter(operations.values())).said.table, row)
        assert state is not None, row
        assert state.void == bool(away and whole), row
        assert (row in contested) == bool(away and not whole), row
        if away:
            found["away" if whole else "disputed"] += 1
    return found


def undo_law(replica: Replica) -> str:
    """Take the newest step back: just its fields go back to what its writer saw, or there is a reason why not.

    And doing it again gives what was there. Returns what came of it.
    """
    assert replica.device is not None
    if not replica.steps:
        return "none"
    txn = replica.steps.pop()
    step = operations_of(replica.database, replica.device, txn)
    operations = live(replica)
    if not step or any(said.table == "erasure" or one not in operations.get(said.row, {}) for one, said in step):
        return "none"
    before = replica.rows()
    answer = inverse(replica.database, replica.device, txn, replica.undoes.get)
    if isinstance(answer, Blocker):
        _has_a_reason(replica, answer, dict(step), operations)
        return answer.why
    expected: dict[tuple[str, str], dict[str, Any]] = {}
    made = {said.row for _one, said in step if said.key is not None}
    for _one, said in reversed(step):
        for name in said.values:
            old = {replica.world.written[other].said.values.get(name) for other in said.replaces.get(name, ())
                   if other in operations[said.row]}  # fmt: skip
            assert len(old) <= 1, (said.row, name)
            expected.setdefault((said.table, said.row), {})[name] = next(iter(old), False if name == VOID else None)
    _put(replica, txn, answer)
    undone = replica.rows()
    for place, state in undone.items():
        if place[1] in made:
            assert state[VOID] == 1, place
        elif place not in expected:
            assert state == before[place], place
        else:
            assert state == {**before[place], **expected[place]}, place
    again = inverse(replica.database, replica.device, replica.undoes_newest(), replica.undoes.get)
    assert not isinstance(again, Blocker), again
    _put(replica, replica.undoes_newest(), again)
    assert replica.rows() == before
    return "undone"


def _put(replica: Replica, txn: int, answer: list[Any]) -> None:
    def act(writer: Any) -> None:
        for back in answer:
            writer.put_back(back.table, back.row, back.values)

    replica.write(act, undoes=txn)


def _has_a_reason(
    replica: Replica, answer: Blocker, step: dict[str, Any], operations: dict[str, dict[str, Written]]
) -> None:
    if answer.why == "referred":
        state = read_row(replica.database, answer.table, answer.row)
        assert state is not None
        assert not state.void
        return
    ours = [replica.world.written[one] for one, said in step.items() if said.row == answer.row]
    if answer.why == "settled":
        replaced = [one for written in ours for one in written.said.replaces.get(answer.field, ())]
        assert len({replica.world.written[one].said.values.get(answer.field) for one in replaced}) > 1
        return
    # Somebody wrote in the row what this step's writer did not know; or what it built on is not here.
    knew = frozenset(step).union(*(written.knew for written in ours))
    here = operations.get(answer.row, {})
    built_on = {one for written in ours for one in written.said.replaces.get(answer.field, ())}
    assert any(one not in knew for one in here) or not built_on <= set(here)
