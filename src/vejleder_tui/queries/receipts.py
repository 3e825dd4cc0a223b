"""What the receivers' newest receipts say of the bundles that were written here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from vejleder_tui.queries.base import Reader

__all__ = ["BundleState", "bundle_states"]


class BundleState(NamedTuple):
    """What became of a bundle. `status`: written, handed, received, waiting, refused; `why` the receiver's word for it."""

    bundle_id: str
    status: str
    why: str | None
    received_at: str | None


def bundle_states(reader: Reader) -> list[BundleState]:
    """Return what became of every bundle that was written here, as its receivers say.

    What one of them refused, or waits with, is told before what another received. The newest receipt alone counts, so a
    bundle that was received can be on its way again: a centre may have been put back to an earlier day.
    """
    receipts = {
        str(row[0]): (str(row[1]), json.loads(row[2]), {one["bundle_id"]: one for one in json.loads(row[3])})
        for row in reader.execute("SELECT receiver, at, heads, bundles FROM receipt").fetchall()
    }
    found = []
    rows = reader.execute(
        "SELECT bundle_id, covers, recipients, handed_at FROM bundle_history WHERE direction = 'out'"
    ).fetchall()
    for bundle, covers, recipients, handed in rows:
        answers = [
            _answer(reader, str(bundle), json.loads(covers), receipts[one])
            for one in json.loads(recipients)
            if one in receipts
        ]
        told = sorted((one for one in answers if one is not None), key=lambda one: _ORDER.index(one.status))
        found.append(told[0] if told else BundleState(str(bundle), "handed" if handed else "written", None, None))
    return found


_ORDER = ("refused", "waiting", "received")


def _answer(
    reader: Reader, bundle: str, covers: list[dict[str, Any]], receipt: tuple[str, list[dict[str, Any]], dict[str, Any]]
) -> BundleState | None:
    at, heads, bundles = receipt
    if covers and all(_holds(reader, heads, cover) for cover in covers):
        return BundleState(bundle, "received", None, at)
    said = bundles.get(bundle)
    if said is None or said["state"] == "applied":
        return None
    return BundleState(bundle, "refused" if said["state"] == "refused" else "waiting", str(said["why"]) or None, None)


def _holds(reader: Reader, heads: list[dict[str, Any]], cover: dict[str, Any]) -> bool:
    """Return whether the receiver holds a cover: a head at or after its end, on the same path, or its stretches one by one."""
    aside = [head for head in heads if "first" in head and head["device"] == cover["device"]]
    if cover.get("absent") and all(
        any(_holds_stretch(reader, head, cover["device"], *stretch) for head in heads) for stretch in _stretches(cover)
    ):
        return True
    for head in heads:
        if head in aside or head["device"] != cover["device"] or int(head["last"]) < int(cover["last"]):
            continue
        if (head["last"], head["hash"]) == (cover["last"], cover["end"]) or _leads(reader, head, cover):
            return True
    return False


def _stretches(cover: dict[str, Any]) -> list[tuple[int, int]]:
    """Return the first and last numbers of what a cover has, between the runs that did not travel."""
    found, at = [], int(cover["first"])
    for first, last, _end in sorted(cover["absent"]):
        if first > at:
            found.append((at, int(first) - 1))
        at = int(last) + 1
    if at <= int(cover["last"]):
        found.append((at, int(cover["last"])))
    return found


def _holds_stretch(reader: Reader, head: dict[str, Any], device: str, first: int, last: int) -> bool:
    """Return whether a head, or a part, has a stretch that is here; where copies parted rather no than yes."""
    if head["device"] != device or int(head.get("first", 1)) > first or int(head["last"]) < last:
        return False
    here = reader.execute(
        "SELECT seq, hash FROM operation WHERE device = ? AND seq IN (?, ?)", (device, last, head["last"])
    ).fetchall()
    ends = [str(one) for seq, one in here if seq == head["last"]]
    return ends == [str(head["hash"])] and len([seq for seq, _one in here if seq == last]) == 1


def _leads(reader: Reader, head: dict[str, Any], cover: dict[str, Any]) -> bool:
    """Return whether the path from the end of a cover leads to a head that is here."""
    device = cover["device"]
    here = reader.execute(
        "SELECT (SELECT count(*) FROM operation WHERE device = ? AND seq = ? AND hash = ?)"
        " + (SELECT count(*) FROM operation WHERE device = ? AND seq = ? AND hash = ?)",
        (device, head["last"], head["hash"], device, cover["last"], cover["end"]),
    ).fetchone()[0]
    if int(here) < 2:
        return False
    # Where copies parted in between, each way has its own end: which of them leads here is told by the hashes before.
    several = reader.execute(
        "SELECT 1 FROM operation WHERE device = ? AND seq BETWEEN ? AND ? GROUP BY seq HAVING count(*) > 1 LIMIT 1",
        (device, cover["last"], head["last"]),
    ).fetchone()
    if several is None:
        return True
    seq, one = int(head["last"]), str(head["hash"])
    while seq > int(cover["last"]):
        row = reader.execute(
            "SELECT previous FROM operation WHERE device = ? AND seq = ? AND hash = ?", (device, seq, one)
        ).fetchone()
        seq -= 1
        before = reader.execute("SELECT hash FROM operation WHERE device = ? AND seq = ?", (device, seq)).fetchone()
        if row is None or (row[0] is None and before is None):
            return False
        one = str(row[0] or before[0])
    return one == str(cover["end"])
