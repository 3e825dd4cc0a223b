"""What a cover needs besides its lines, so that the root that a device signed proves them (bundle.tree)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.bundle.branches import Branches, hashes_on, irregular_devices, run_tree
from vejleder_tui.bundle.tree import Block, Tree, blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vejleder_tui.bundle.branches import Connection, Stretch
    from vejleder_tui.bundle.slices import Run

__all__ = ["Proof", "proof_of", "root_of", "tree_at"]


class Proof(NamedTuple):
    """The root up to the end of a run, what is told of the numbers before it, and of each part of it without lines."""

    root: str
    before: str
    runs: tuple[str, ...]


def tree_at(connection: Connection, device: str, last: int, hash_: str) -> Tree:
    """Return the tree of a device up to a place that is reached here; goes on from the newest end whose tree is kept."""
    irregular = device in irregular_devices(connection)
    if irregular:
        path = Branches(connection, device, {last}).path((last, hash_))
        if path is None:
            raise ValueError("not reached")
        return _tree_of(_blocks(connection, device, path))
    kept = connection.execute(
        "SELECT seq, tree FROM signed_head WHERE device = ? AND seq <= ? AND tree IS NOT NULL ORDER BY seq DESC LIMIT 1",
        (device, last),
    ).fetchone()
    tree = Tree()
    if kept is not None:
        tree.extend(blocks_of(0, int(kept[0]), str(kept[1])))
    for (one,) in connection.execute(
        "SELECT hash FROM operation WHERE device = ? AND seq BETWEEN ? AND ? ORDER BY seq",
        (device, tree.stop + 1, last),
    ):
        tree.leaf(str(one))
    return tree


def root_of(connection: Connection, device: str, last: int, hash_: str) -> str:
    """Return the root of a device's tree up to a place that is reached here."""
    return tree_at(connection, device, last, hash_).root()


def proof_of(connection: Connection, run: Run, away: Sequence[tuple[int, int]]) -> Proof:
    """Return what proves a run of which the numbers `away` (first and last of each, in order) are to be left out.

    Raises ValueError where not all that it takes is here.
    """
    if run.device in irregular_devices(connection):
        numbers = {run.first - 1, *(part.last for part in run.parts)}
        branches = Branches(connection, run.device, numbers)
        ways = [branches.path((run.first - 1, run.before)), *(branches.between(*part.ends) for part in run.parts)]
        if any(way is None for way in ways):
            raise ValueError("not reached")
        blocks = _blocks(connection, run.device, [part for way in ways for part in way or ()])
    else:
        blocks = (
            Block(0, bytes.fromhex(one))
            for (one,) in connection.execute(
                "SELECT hash FROM operation WHERE device = ? AND seq <= ? ORDER BY seq", (run.device, run.last)
            )
        )
    whole = Tree()

    def up_to(stop: int) -> str:
        part = Tree(whole.stop)
        while part.stop < stop:
            part.add(next(blocks))
        if part.stop != stop:
            raise ValueError("tree")
        whole.extend(part.blocks)
        return part.told()

    # The place before a run and the end of each of its gaps are told themselves; the tree tells of what is before them.
    before = up_to(max(0, run.first - 2))
    gaps: list[str] = []
    for first, last in away:
        up_to(first - 1)
        gaps.append(up_to(last - 1))
    up_to(run.last)
    return Proof(whole.root(), before, tuple(gaps))


def _tree_of(blocks: Iterator[Block]) -> Tree:
    tree = Tree()
    tree.extend(blocks)
    return tree


def _blocks(connection: Connection, device: str, path: Sequence[Stretch]) -> Iterator[Block]:
    for part in path:
        if part.present:
            for one in hashes_on(connection, device, part):
                yield Block(0, bytes.fromhex(one))
        else:
            yield from blocks_of(part.first - 1, part.last - 1, run_tree(connection, device, part))
            yield Block(0, bytes.fromhex(part.end))
