"""The fold against a model of it: any set of operations, in any order, gives the same row, leaves and conflicts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from vejleder_tui.oplog import VOID, FoldedRow, OperationLine, fold, hash_of
from vejleder_tui.oplog.leaves import CREATED

ROW = "0192f0c1-0000-7000-8000-000000000001"
FIELDS = ("code", "reason", "minutes", "note")
VALUES: dict[str, tuple[object, ...]] = {
    "code": (None, "present", "absent_notified", "partial"),
    "reason": (None, "illness", "other"),
    "minutes": (None, 30, 60),
    "note": (None, "kom sent", "Jens [/b] slut"),
}


@dataclass
class Laptop:
    """One replica: what it has seen, and how it writes: it names the leaves that it sees, and nothing else."""

    name: str
    held: dict[str, OperationLine] = field(default_factory=dict)
    seq: int = 0
    last: str = "0" * 64

    def leaves(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one, operation in self.held.items():
            names = ([CREATED] if operation.key is not None else []) + list(operation.values)
            for name in names:
                if not any(
                    one in other.replaces.get(name, []) and name in other.values for other in self.held.values()
                ):
                    found.setdefault(name, []).append(one)
        return {name: sorted(hashes) for name, hashes in found.items()}

    def write(self, values: dict[str, object], *, create: bool = False, at: int = 0, reason: str | None = None) -> None:
        self.seq += 1
        seen = self.leaves()
        names = sorted(seen) if values.get(VOID) else sorted(values)
        line = OperationLine(
            device=self.name, seq=self.seq, schema=1, at=f"2026-11-24T10:{at % 60:02}:00.000Z", actor="a", txn=self.seq,
            table="attendance", row=ROW, salt="00" * 16, key={"session": ROW, "citizen": ROW} if create else None,
            values=values, replaces={} if create else {name: seen[name] for name in names if name in seen},  # type: ignore[arg-type]
            reason=reason,
        )  # fmt: skip
        self.last = hash_of(self.last, line.encode())
        self.held[self.last] = line


@st.composite
def histories(draw: st.DrawFn) -> list[Laptop]:
    """Four laptops that write, void, restore and meet at random, with clocks that are wrong."""
    laptops = [Laptop(f"0192f0c1-0000-7000-8000-00000000000{n}") for n in range(4)]
    for _ in range(draw(st.integers(1, 25))):
        one = draw(st.sampled_from(laptops))
        created = any(operation.key is not None for operation in one.held.values())
        at = draw(st.integers(0, 59))
        act = draw(st.sampled_from(["write", "write", "write", "void", "restore", "meet"])) if created else "create"
        if act == "meet":
            other = draw(st.sampled_from(laptops))
            one.held.update(other.held)
            other.held.update(one.held)
        elif act in {"void", "restore"}:
            one.write({VOID: act == "void"}, at=at)
        else:
            chosen = draw(st.sets(st.sampled_from(FIELDS), min_size=0 if act == "create" else 1))
            values = {name: draw(st.sampled_from(VALUES[name])) for name in sorted(chosen)}
            if act == "create":
                values = {name: value for name, value in values.items() if value is not None}
            one.write(values, create=act == "create", at=at, reason=draw(st.sampled_from([None, None, "rettet"])))
    return laptops


def _folded(operations: dict[str, OperationLine]) -> FoldedRow | None:
    return fold("attendance", ROW, operations)


@settings(max_examples=300, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_row(laptops: list[Laptop], shuffled: random.Random) -> None:
    everything = {one: line for laptop in laptops for one, line in laptop.held.items()}
    order = list(everything)
    shuffled.shuffle(order)
    first = _folded(everything)
    again = _folded({one: everything[one] for one in order})
    assert first is not None
    assert again is not None
    assert first.state == again.state
    assert {name: set(found) for name, found in first.contested.items()} == {
        name: set(found) for name, found in again.contested.items()
    }


@settings(max_examples=300, deadline=None)
@given(histories())
def test_a_conflict_is_between_values_given_without_knowledge_of_each_other(laptops: list[Laptop]) -> None:
    everything = {one: line for laptop in laptops for one, line in laptop.held.items()}
    folded = _folded(everything)
    assert folded is not None
    for name, found in folded.contested.items():
        if name in {VOID, "session", "citizen"}:
            continue
        values = {value for _one, value in found}
        assert len(values) > 1
        for one, _value in found:
            for other, _other_value in found:
                assert one not in everything[other].replaces.get(name, [])
    for name, value in folded.state.values.items():
        if name in folded.contested:
            assert value in {given for _one, given in folded.contested[name]}


@settings(max_examples=300, deadline=None)
@given(histories())
def test_a_row_is_hidden_only_when_the_last_word_is_void_and_knew_all_else(laptops: list[Laptop]) -> None:
    everything = {one: line for laptop in laptops for one, line in laptop.held.items()}
    folded = _folded(everything)
    assert folded is not None
    whole = Laptop("w", held=everything)
    leaves = whole.leaves()
    said = leaves.get(VOID, [])
    knew = {
        name: {one for void in said for one in everything[void].replaces.get(name, [])} | set(said) for name in leaves
    }
    expected = (
        bool(said)
        and all(everything[one].values[VOID] for one in said)
        and all(set(leaves[name]) <= knew[name] for name in leaves if name != VOID)
    )
    assert folded.state.void is expected
    if any(everything[one].values[VOID] for one in said) and not expected:
        assert VOID in folded.contested


def test_an_empty_code_contests_nothing() -> None:
    one, other = Laptop("0192f0c1-0000-7000-8000-000000000001"), Laptop("0192f0c1-0000-7000-8000-000000000002")
    one.write({"code": "present"}, create=True)
    other.held.update(one.held)
    one.write({"code": None})
    other.write({"code": "partial"})
    folded = _folded({**one.held, **other.held})
    assert folded is not None
    assert folded.contested == {}
    assert folded.state.values["code"] == "partial"


def test_a_correction_is_shown_before_a_later_value_and_the_order_of_values_before_the_clock() -> None:
    one, other = Laptop("0192f0c1-0000-7000-8000-000000000001"), Laptop("0192f0c1-0000-7000-8000-000000000002")
    one.write({"code": "present", "minutes": 60}, create=True)
    other.held.update(one.held)
    one.write({"code": "absent_notified", "minutes": 30}, at=1, reason="forkert liste")
    other.write({"code": "online", "minutes": 45}, at=2)
    folded = _folded({**one.held, **other.held})
    assert folded is not None
    assert set(folded.contested) == {"code", "minutes"}
    assert folded.state.values["code"] == "absent_notified"
    third = Laptop("0192f0c1-0000-7000-8000-000000000003")
    fourth = Laptop("0192f0c1-0000-7000-8000-000000000004")
    third.write({"code": "partial"}, create=True)
    fourth.held.update(third.held)
    third.write({"code": "present"}, at=1)
    fourth.write({"code": "absent_unnotified"}, at=50)
    shown = _folded({**third.held, **fourth.held})
    assert shown is not None
    assert shown.state.values["code"] == "present"


def test_without_its_create_there_is_no_row() -> None:
    one = Laptop("0192f0c1-0000-7000-8000-000000000001")
    one.write({"code": "present"}, create=True)
    one.write({"code": "partial"})
    later = {hash_: line for hash_, line in one.held.items() if line.key is None}
    assert _folded(later) is None
