"""What may be wrong with bytes, with JSON and with an operation; each drawn from a seed."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.fuzz.world import Party, Stage
from vejleder_tui import SCHEMA
from vejleder_tui.model.base import RECORDS, FieldInfo, Kind, fields_of
from vejleder_tui.oplog import field_token, row_token
from vejleder_tui.oplog.line import to_json

__all__ = ["Mutator", "mutated_bytes", "mutated_json"]

NASTY: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 10**17, 10**18, 1.0, 0.5, 1e308, -0.0, "", " ",
    "0", "a", "æøå", "e\u0301", "\u0000", "\u202e", "\u2028", "\ufeff", "\U0001f600", "\n", "\t", "\x7f", "\ud7ff",
    "{}", "'; DROP TABLE operation; --", "%", "[/b]", "x" * 300, "x" * 100_001, [], {}, [[]], {"": None}, ["a"], [1, 2],
    "00000000-0000-0000-0000-000000000000", "0" * 64, "f" * 64, "F" * 64, "0" * 32, "revoked_seq", "2026-11-24",
    "2026-02-30", "2026-11-24T10:00:00Z", "0000-00-00", "9999-12-31T23:59:59Z", "2026-11-24T10:00:00.123456Z",
    "२०२६-११-२४", "1.5", "-0", "01", "999999999999.999999999", "void", "create", "gap", [["a"] * 3], {"a": {"b": 1}},
)  # fmt: skip
TEXTS = (
    "Ord",
    "to ord",
    "linje\nnæste",
    "[/b] $(x)",
    "ÅÆØ",
    "0101501234",
    "𝔘",
    "-",
    "x" * 4000,
    "null",
    '{"a":1}',
    "%_",
)
MOMENTS = ("2026-11-24T09:00:00.000Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z",
           "2026-99-99T99:99:99Z", "2026-11-24T09:00:00.1Z")  # fmt: skip
PARTS_OF_LINE = ("device", "seq", "schema", "at", "actor", "txn", "kind", "table", "row", "key", "values", "replaces",
                 "reason", "salt")  # fmt: skip


def mutated_bytes(chance: random.Random, raw: bytes, other: bytes = b"") -> bytes:
    """Return `raw` with one to three faults: flipped, cut, inserted, taken out, doubled, or spliced with another."""
    found = bytearray(raw)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        place = chance.randrange(len(found) + 1)
        length = chance.choice((1, 1, 2, 8, 64, 512))
        act = chance.randrange(7)
        if act == 0 and place < len(found):
            found[place] ^= 1 << chance.randrange(8)
        elif act == 1:
            del found[place:]
        elif act == 2:
            found[place:place] = chance.randbytes(length)
        elif act == 3:
            del found[place : place + length]
        elif act == 4:
            found[place:place] = found[place : place + length]
        elif act == 5:
            found[place : place + length] = bytes(min(length, len(found) - place))
        else:
            found[place:] = other[min(place, len(other)) :]
    return bytes(found)


def mutated_json(chance: random.Random, value: Any, *, most: int = 3) -> Any:
    """Return a copy of a JSON value with one to `most` faults somewhere in it."""
    found = json.loads(json.dumps(value))
    for _ in range(chance.randint(1, most)):
        places = list(_places(found))
        if places:
            _break(chance, *chance.choice(places))
    return found


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    todo = [value]
    while todo:
        one = todo.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            todo.append(one[key])
    return found


def _break(chance: random.Random, holder: Any, key: Any) -> None:
    act = chance.randrange(8)
    value = holder[key]
    if act == 0:
        del holder[key]
    elif act == 1 and isinstance(holder, list):
        holder.append(json.loads(json.dumps(value)))
    elif act == 1:
        holder[f"{key}2"] = json.loads(json.dumps(value))
    elif act == 2 and isinstance(value, int):
        holder[key] = value + chance.choice((-2, -1, 1, 2, 1000, 2**53, -value))
    elif act == 3 and isinstance(value, str) and value:
        place = chance.randrange(len(value))
        holder[key] = value[:place] + chance.choice("0f9aZ \u0301") + value[place + 1 :]
    elif act == 4 and isinstance(holder, list):
        chance.shuffle(holder)
    elif act == 5 and isinstance(value, list) and value:
        holder[key] = value * 2
    else:
        holder[key] = chance.choice(NASTY)


def _table_of(said: dict[str, Any]) -> str | None:
    """Return the replicated table that an operation names, if it does."""
    table = said.get("table")
    return table if isinstance(table, str) and table in RECORDS else None


class Mutator:
    """Makes operations that nobody's program would write, or that only somebody with ill will would."""

    def __init__(self, chance: random.Random, stage: Stage) -> None:
        self.chance = chance
        self.stage = stage
        self.rows = [(table, row) for table, rows in stage.rows.items() for row in rows]
        self.hashes = [hash_ for party in stage.parties.values() for hash_ in party.hashes]

    def line(self, line: str) -> str:
        """Return a line with faults; mostly one that still has the form of an operation."""
        said = json.loads(line)
        if self.chance.random() < 0.1:
            return to_json(mutated_json(self.chance, said))
        if self.chance.random() < 0.03:
            return mutated_bytes(self.chance, line.encode()).decode("utf-8", "replace").replace("\n", " ")
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            self.chance.choice(self.FAULTS)(self, said)
        if self.chance.random() < 0.1:
            chance_order = list(said.items())
            self.chance.shuffle(chance_order)
            said = dict(chance_order)
        return to_json(said)

    def invented(self, party: Party, seq: int) -> str:
        """Return a well-typed operation of `party` that says anything about any row."""
        said: dict[str, Any] = {
            "device": party.device, "seq": seq, "schema": SCHEMA, "at": self.chance.choice(MOMENTS), "actor": "",
            "txn": self.chance.randint(1, seq), "kind": "write", "salt": self.chance.randbytes(16).hex(),
        }  # fmt: skip
        if self.chance.random() < 0.06:
            self._erase(said)
        elif self.chance.random() < 0.08:
            self._revoke(said)
        else:
            self._well_typed(said)
        return to_json(said)

    def _row(self, table: str | None = None) -> str:
        some = self.stage.rows.get(table or "", [])
        if some and self.chance.random() < 0.85:
            return self.chance.choice(some)
        if self.chance.random() < 0.5:
            return self.chance.choice(self.rows)[1]
        # Few enough that several operations meet in one.
        return f"00000000-0000-4000-8000-{self.chance.randrange(6):012d}"

    def _value(self, info: FieldInfo) -> Any:  # noqa: PLR0911 - one line a kind
        chance = self.chance
        if chance.random() < 0.15:
            return None
        match info.kind:
            case Kind.BOOLEAN:
                return chance.random() < 0.5
            case Kind.INTEGER:
                return chance.choice((0, 1, -1, 30, 2**31, 2**53, -(2**53)))
            case Kind.UUID:
                return self._row(info.references)
            case Kind.DATE:
                return chance.choice(("2026-11-24", "0001-01-01", "9999-12-31", "2024-02-29"))
            case Kind.MOMENT:
                return chance.choice(("2026-11-24T09:00:00Z", "0001-01-01T00:00:00Z"))
            case Kind.DECIMAL:
                return chance.choice(("0", "-1.5", "999999999999.999999999", "100"))
            case _:
                return chance.choice(info.order) if info.order and chance.random() < 0.6 else chance.choice(TEXTS)

    def _well_typed(self, said: dict[str, Any]) -> None:
        chance = self.chance
        busy = [table for table in self.stage.rows if table in RECORDS]
        table = chance.choice(busy) if chance.random() < 0.8 else chance.choice(sorted(RECORDS))
        fields = fields_of(table)
        said |= {"table": table, "row": self._row(table)}
        if chance.random() < 0.45:
            said["key"] = {name: value for name, info in fields.items() if info.key and (value := self._value(info))}
        free = [info for info in fields.values() if not info.key]
        if free:
            some = chance.sample(free, min(len(free), chance.randint(0, 3)))
            said["values"] = {info.name: self._value(info) for info in some}
        if chance.random() < 0.2:
            said.setdefault("values", {})["void"] = chance.random() < 0.7
        if chance.random() < 0.6:
            said["replaces"] = self._seen(said)

    def _seen(self, said: dict[str, Any]) -> dict[str, list[str]]:
        names = [*said.get("values", {})]
        if said.get("values", {}).get("void"):
            names += ["", *(name for name, info in fields_of(said["table"]).items() if not info.key)]
        return {name: self._some_hashes(said["row"]) for name in names if self.chance.random() < 0.8}

    def _some_hashes(self, row: str) -> list[str]:
        """Return hashes, mostly of operations on that row."""
        own = [
            hash_
            for party in self.stage.parties.values()
            for line, hash_ in zip(party.lines, party.hashes, strict=True)
            if f'"row":"{row}"' in line
        ]
        count = self.chance.choice((0, 1, 1, 2, 5))
        some = own if own and self.chance.random() < 0.9 else [*self.hashes, "0" * 64, "f" * 64]
        return sorted({self.chance.choice(some) for _ in range(count)})

    # -- faults of one operation ---------------------------------------------------------------------------------------

    def _nasty_part(self, said: dict[str, Any]) -> None:
        said[self.chance.choice(PARTS_OF_LINE[2:])] = self.chance.choice(NASTY)

    def _missing_part(self, said: dict[str, Any]) -> None:
        said.pop(self.chance.choice(PARTS_OF_LINE[2:]), None)

    def _unknown_part(self, said: dict[str, Any]) -> None:
        said[self.chance.choice(("more", "signature", "hash", "Values", "själ", ""))] = self.chance.choice(NASTY)

    def _nasty_value(self, said: dict[str, Any]) -> None:
        holder = said.get(self.chance.choice(("values", "key")))
        if isinstance(holder, dict) and holder:
            holder[self.chance.choice(list(holder))] = self.chance.choice(NASTY)

    def _field(self, said: dict[str, Any]) -> None:
        """Put in a field: of this table, of another, of the key, or none at all."""
        known = _table_of(said) if self.chance.random() < 0.7 else None
        fields = fields_of(known or self.chance.choice(sorted(RECORDS)))
        name = self.chance.choice([*fields, "unknown", "leaves", "id", "void", "", "rows", "revoked_seq"])
        value = self._value(fields[name]) if name in fields else self.chance.choice(NASTY)
        part = self.chance.choice(("values", "values", "key"))
        if not isinstance(said.get(part), dict):
            said[part] = {}
        said[part][name] = value

    def _table(self, said: dict[str, Any]) -> None:
        said["table"] = self.chance.choice(
            [*sorted(RECORDS), "erasure", "operation", "held", "sqlite_master", "Citizen"]
        )

    def _other_row(self, said: dict[str, Any]) -> None:
        said["row"] = self._row(said["table"] if isinstance(said.get("table"), str) else None)

    def _replaces(self, said: dict[str, Any]) -> None:
        values = said.get("values")
        names = [*(values if isinstance(values, dict) else ()), "void", "", "name", "unknown"]
        row = said["row"] if isinstance(said.get("row"), str) else ""
        said["replaces"] = {name: self._some_hashes(row) for name in self.chance.sample(names, 2)}

    def _nasty_replaces(self, said: dict[str, Any]) -> None:
        said["replaces"] = {self.chance.choice(("name", "", "void", "code")): self.chance.choice(NASTY)}

    def _create_again(self, said: dict[str, Any]) -> None:
        """Make a create of an edit, or of a create one with another key."""
        if table := _table_of(said):
            fields = fields_of(table)
            said["key"] = {info.name: self._value(info) for info in fields.values() if info.key}
            if self.chance.random() < 0.5:
                said["key"] = {name: value for name, value in said["key"].items() if value is not None}

    def _edit_only(self, said: dict[str, Any]) -> None:
        said.pop("key", None)

    def _void(self, said: dict[str, Any]) -> None:
        if not isinstance(said.get("values"), dict):
            said["values"] = {}
        said["values"]["void"] = self.chance.choice((True, True, False, None, 1, "ja"))
        if self.chance.random() < 0.5 and _table_of(said) and isinstance(said.get("row"), str):
            said["replaces"] = self._seen(said)

    def _erase(self, said: dict[str, Any]) -> None:
        rows = {row_token(self.chance.choice(self.rows)[1]) for _ in range(self.chance.choice((0, 1, 1, 3)))}
        fields = {
            field_token(row, self.chance.choice(list(fields_of(table))))
            for table, row in self.chance.choices(self.rows, k=self.chance.choice((0, 1, 4)))
            if table in RECORDS
        }
        said |= {"kind": "erase", "table": "erasure", "row": self._row()}
        said["values"] = {"rows": " ".join(sorted(rows)), "fields": " ".join(sorted(fields))}
        said.pop("key", None)
        said.pop("replaces", None)

    def _revoke(self, said: dict[str, Any]) -> None:
        party = self.chance.choice(list(self.stage.parties.values()))
        seq = self.chance.randint(0, len(party.hashes))
        one = party.hashes[seq - 1] if seq and self.chance.random() < 0.8 else self.chance.choice(("", "0" * 64, "x"))
        values: dict[str, Any] = {"revoked_seq": seq, "revoked_hash": one or None}
        if self.chance.random() < 0.2:
            values[self.chance.choice(list(values))] = self.chance.choice((None, -1, 0, 2**53, "x", True))
        said |= {"table": "device", "row": party.device, "values": values, "kind": "write"}
        said.pop("key", None)
        said["replaces"] = {}

    def _refer(self, said: dict[str, Any]) -> None:
        """Let an operation refer to itself, or to a row that refers back."""
        table = _table_of(said)
        if table is None or not isinstance(said.get("row"), str):
            return
        for info in fields_of(table).values():
            part = "key" if info.key else "values"
            if info.references and isinstance(said.get(part), dict):
                said[part][info.name] = said["row"] if info.references == table else self._row(info.references)

    def _time(self, said: dict[str, Any]) -> None:
        said["at"] = self.chance.choice(MOMENTS)

    def _schema(self, said: dict[str, Any]) -> None:
        said["schema"] = self.chance.choice((1, SCHEMA, SCHEMA + 1, 10**17, 0, -1))

    def _anything(self, said: dict[str, Any]) -> None:
        for part in ("key", "values", "replaces", "reason"):
            said.pop(part, None)
        self._well_typed(said)

    FAULTS = (
        _nasty_part, _missing_part, _unknown_part, _nasty_value, _nasty_value, _field, _field, _table, _other_row,
        _other_row, _replaces, _replaces, _nasty_replaces, _create_again, _create_again, _edit_only, _void, _void, _erase,
        _revoke, _refer, _refer, _time, _schema, _anything, _anything, _anything,
    )  # fmt: skip
