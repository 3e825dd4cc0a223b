"""Chains with faults in them: rewritten by their own device, or carried by somebody who leaves out and lies."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.bundle.bundle_builder import root_of, told_of
from tests.fuzz.mutations import Mutator
from tests.fuzz.oracle import Call
from tests.fuzz.world import COORDINATOR, OURS, RELAY, STRANGER, WORKER, Party, Stage
from vejleder_tui.bundle.refusal import BundleRefusedError
from vejleder_tui.bundle.verify import _own_key, read_operation
from vejleder_tui.oplog import row_token
from vejleder_tui.oplog.line import GENESIS, hash_of

INVENTED = ""

__all__ = ["Path", "carried", "rewritten", "whole"]


@dataclass(frozen=True)
class Path:
    """A piece of a chain as a bundle has it; `first` - 1 has the hash `before`."""

    party: Party
    first: int
    before: str
    pieces: tuple[Call, ...]

    @property
    def last(self) -> int:
        piece = self.pieces[-1]
        return int(piece[2] if piece[0] == "absent" else piece[1])

    @property
    def end(self) -> str:
        piece = self.pieces[-1]
        return str(piece[3] if piece[0] == "absent" else piece[2])

    @property
    def calls(self) -> list[Call]:
        """Return it as `Applying` takes it."""
        head = ("path", self.party.device, self.first, self.last, self.before, self.end, self.root, "signature")
        return [(*head, self.party.key), *self.pieces]

    @property
    def root(self) -> str:
        """The root that its device signs: over its true chain, or over the one that it wrote otherwise."""
        if self.last <= len(self.party.hashes) and self.end == self.party.hashes[self.last - 1]:
            return root_of(self.party.hashes[: self.last])
        return root_of([*self.party.hashes[: self.first - 1], *(str(piece[2]) for piece in self.pieces)])

    def refusal(self) -> str:
        """Return why a reader refuses a file with it, or "" (docs/bundle-format.md § 5, and the key of number 1)."""
        for what, *parts in self.pieces:
            if what != "operation":
                continue
            seq, _one, line = parts
            try:
                said = read_operation(line.encode(), self.party.device, seq)
                if seq == 1 and _own_key(said) != self.party.key:
                    return "another key"
            except BundleRefusedError as error:
                return error.detail
        return ""


def whole(party: Party, first: int = 1, last: int | None = None) -> Path:
    """Return a true piece of a chain."""
    last = len(party.lines) if last is None else last
    pieces = tuple(("operation", seq, party.hashes[seq - 1], party.lines[seq - 1]) for seq in range(first, last + 1))
    return Path(party, first, party.before(first), pieces)


def rewritten(chance: random.Random, mutator: Mutator, stage: Stage) -> Path:
    """Return a chain that its own device wrote otherwise, or went on with: hashed anew, to be signed by its own key."""
    name = chance.choice((COORDINATOR, COORDINATOR, WORKER, WORKER, WORKER, RELAY, STRANGER, OURS))
    party = stage.parties[name]
    known = stage.known[name]
    length = len(party.lines)
    at = chance.choice((known + 1, length + 1, chance.randint(1, length), chance.randint(2, length)))
    first = chance.choice((1, at, max(1, min(at, known)), max(1, at - 3)))
    lines = list(party.lines[first - 1 : max(at - 1, length if chance.random() < 0.4 else at - 1)])
    place = at - first
    changed = lines[place:]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        theirs = [number for number, line in enumerate(changed) if line]
        if theirs and chance.random() < 0.6:
            some = chance.choice(theirs)
            changed[some] = mutator.line(changed[some])
        elif changed and chance.random() < 0.2:
            del changed[chance.randrange(len(changed))]
        else:
            changed.insert(chance.randint(0, len(changed)), INVENTED)
    found: list[Call] = []
    renamed: dict[str, str] = {}
    before = party.before(first)
    for seq, old in enumerate([*lines[:place], *changed], start=first):
        line = mutator.invented(party, seq) if old == INVENTED else old
        if seq >= at and chance.random() < 0.9:
            line = _numbered(line, seq)
        for was, now in renamed.items():
            line = line.replace(was, now)
        one = hash_of(before, line) if _is_text(line) else "0" * 64
        if seq <= length and chance.random() < 0.7:
            renamed[party.hashes[seq - 1]] = one
        found.append(("operation", seq, one, line))
        before = one
    if not found:
        return rewritten(chance, mutator, stage)
    return Path(party, first, party.before(first), tuple(found))


def _numbered(line: str, seq: int) -> str:
    """Give a line the number of its place, so that what else is wrong with it is looked at."""
    start = line.find('"seq":')
    stop = line.find(",", start)
    line = line if start < 0 or stop < 0 else f'{line[:start]}"seq":{seq}{line[stop:]}'
    start = line.find('"txn":')
    stop = line.find(",", start)
    value = line[start + 6 : stop]
    return (
        line
        if start < 0 or not value.isdigit() or 1 <= int(value) <= seq
        else f'{line[:start]}"txn":{seq}{line[stop:]}'
    )


def _is_text(line: str) -> bool:
    return ("\n" not in line and line.isprintable()) or all(not 0xD800 <= ord(letter) < 0xE000 for letter in line)


def carried(chance: random.Random, mutator: Mutator, stage: Stage, *, honest: bool = False) -> Path:
    """Return somebody's true chain, as another could carry it: runs left out, places said to be erased, hashes invented.

    Every line stands on its true hash and the end is the one that was signed. Of what else is said, all is true where he is
    `honest`: then a reader takes it.
    """
    party = stage.parties[chance.choice((COORDINATOR, WORKER, WORKER, STRANGER, OURS))]
    last = chance.choice((len(party.lines), chance.randint(1, len(party.lines))))
    first = chance.choice((1, chance.randint(1, last), max(1, last - 4)))
    pieces: list[Call] = []
    seq = first
    while seq <= last:
        kind = chance.choice(("operation", "operation", "absent", "taken"))
        stop = min(last, seq + chance.choice((0, 0, 1, 3, 8))) if kind == "absent" else seq
        # What a line follows is what it was hashed with; so is the end. Anything else may be a lie.
        one = party.hashes[stop - 1]
        if kind == "operation":
            pieces.append((kind, seq, one, party.lines[seq - 1]))
        elif kind == "absent":
            pieces.append((kind, seq, stop, one, told_of(party.hashes, seq, stop)))
        else:
            token = row_token(chance.choice(mutator.rows)[1]) if chance.random() < 0.8 else chance.randbytes(16).hex()
            erase = chance.choice([*mutator.hashes, chance.randbytes(32).hex()])
            pieces.append((kind, seq, one, token, erase, chance.choice(("row", "row", "field"))))
        seq = stop + 1
    before = party.before(first)
    for place, piece in enumerate([] if honest else pieces[:-1]):
        if piece[0] != "operation" and pieces[place + 1][0] != "operation" and chance.random() < 0.5:
            hash_ = chance.choice([*mutator.hashes, chance.randbytes(32).hex()])
            pieces[place] = (*piece[:3], hash_, piece[4]) if piece[0] == "absent" else (*piece[:2], hash_, *piece[3:])
    if not honest and first > 1 and pieces[0][0] != "operation" and chance.random() < 0.5:
        before = chance.choice([*mutator.hashes, chance.randbytes(32).hex()])
    return Path(party, first, before if before != GENESIS or first == 1 else "1" * 64, tuple(pieces))
