"""What administration wants to know: who was heard of, what is missing, what is set aside, what is not settled."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from vejleder_tui.bundle.slices import have
from vejleder_tui.central.keys import known_keys
from vejleder_tui.central.receipts import newest_mark
from vejleder_tui.central.waits import Gap, gaps, waiting
from vejleder_tui.oplog.places import forks

if TYPE_CHECKING:
    from vejleder_tui.central.database import Centre
    from vejleder_tui.central.keys import Key

__all__ = ["Clock", "DeviceStatus", "Quarantined", "Status", "status"]


@dataclass(slots=True)
class DeviceStatus:
    """One device. `up_to`: everything from 1 to there is here. `role`: "" while its key is not believed.

    `gaps` are numbers that are not here, `held` counts operations that wait, by why; `forks` are numbers at which it went
    on in two copies.
    """

    device: str
    name: str
    role: str
    municipality: str
    words: str
    last_seen: str | None
    up_to: int
    gaps: list[Gap] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    forks: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file that was set aside: `why` and `detail` are words for programs."""

    file: str
    why: str
    detail: str
    device: str | None
    bundle_id: str | None
    received_at: str
    tried_at: str
    public_key: str | None


@dataclass(frozen=True, slots=True)
class Clock:
    """A device whose clock is wrong by more than a day: `ahead` of ours, `behind` what it had seen, or gone `back`."""

    device: str
    why: str
    at: str
    told: str


@dataclass(frozen=True, slots=True)
class Status:
    """The whole answer. `conflicts` counts rows with a contested field, by table."""

    devices: list[DeviceStatus]
    quarantine: list[Quarantined]
    conflicts: dict[str, int]
    clocks: list[Clock]
    bundles: int
    operations: int
    receipts: tuple[int, int]

    def as_json(self) -> dict[str, Any]:
        """Return it as `central status --json` prints it."""
        return {
            "devices": [
                {
                    **asdict(one),
                    "gaps": [{"first": gap.first, "last": gap.last, "withheld": gap.withheld} for gap in one.gaps],
                }
                for one in self.devices
            ],
            "quarantine": [asdict(one) for one in self.quarantine],
            "conflicts": self.conflicts,
            "clocks": [asdict(one) for one in self.clocks],
            "bundles": self.bundles,
            "operations": self.operations,
            "receipts": {"generation": self.receipts[0], "number": self.receipts[1]},
        }


def status(centre: Centre) -> Status:
    """Return how things stand; one view of the whole, which stops nobody."""
    with centre.reading() as view:
        found = _devices(view)
        return Status(
            devices=sorted(found.values(), key=lambda one: (one.name, one.device)),
            quarantine=_quarantine(view),
            conflicts={
                str(table): int(count)
                for table, count in view.execute(
                    "SELECT table_name, count(DISTINCT row) FROM contested GROUP BY table_name ORDER BY table_name"
                )
            },
            clocks=[
                Clock(*row) for row in view.execute("SELECT device, why, at, told FROM central_clock ORDER BY device")
            ],
            bundles=_count(view, "SELECT count(*) FROM central_bundle WHERE state = 'applied'"),
            operations=_count(view, "SELECT count(*) FROM operation"),
            receipts=newest_mark(view),
        )


def _count(view: Centre, sql: str) -> int:
    return int(view.execute(sql).fetchone()[0])


def _devices(view: Centre) -> dict[str, DeviceStatus]:
    keys = {key.public_key: key for key in known_keys(view)}
    signed = {
        str(device): str(key) for device, key in view.execute("SELECT DISTINCT device, public_key FROM signed_head")
    }
    seen = {str(row[0]): row for row in view.execute("SELECT device, name, last_seen FROM central_device")}
    cards = {key.device: key for key in keys.values()}
    found: dict[str, DeviceStatus] = {}
    for device in sorted({*cards, *signed, *seen}):
        key: Key | None = keys.get(signed.get(device, "")) or cards.get(device)
        name = str(seen[device][1]) if device in seen else key.name if key else ""
        found[device] = DeviceStatus(
            device, name, key.role if key else "", key.municipality if key else "", key.words if key else "",
            str(seen[device][2]) if device in seen else None, 0,
        )  # fmt: skip
    for head in have(view):
        if head.device in found:
            found[head.device].up_to = max(found[head.device].up_to, head.last)
    for gap in gaps(view):
        if gap.device in found:
            found[gap.device].gaps.append(gap)
    for run in waiting(view):
        if run.device in found:
            held = found[run.device].held
            held[run.why] = held.get(run.why, 0) + run.last - run.first + 1
    for fork in forks(view):
        if fork.device in found:
            found[fork.device].forks.append(fork.seq)
    return found


def _quarantine(view: Centre) -> list[Quarantined]:
    rows = view.execute(
        "SELECT file_name, why, detail, device, bundle_id, received_at, tried_at, public_key FROM central_bundle"
        " WHERE state = 'quarantined' ORDER BY received_at, file_name"
    )
    return [Quarantined(*row) for row in rows]
