"""The operation log: the truth that the tables are folded from (docs/log.md)."""

from vejleder_tui.oplog.apply import Applying
from vejleder_tui.oplog.chain import ChainFault, Head, chain_faults, heads
from vejleder_tui.oplog.check import FoldFault, fold_faults, folded_row
from vejleder_tui.oplog.digest import StateDigest, digest_lines, state_digest
from vejleder_tui.oplog.door import Door
from vejleder_tui.oplog.erasure import Erasures, field_token, row_token
from vejleder_tui.oplog.fold import VOID, FoldedRow, fold
from vejleder_tui.oplog.following import Applied, retrust
from vejleder_tui.oplog.line import GENESIS, OperationLine, Value, hash_of, to_json
from vejleder_tui.oplog.places import Fork, Missing, forks, missing
from vejleder_tui.oplog.settle import Rows
from vejleder_tui.oplog.tables import Database, RowState, read_row, table_names
from vejleder_tui.oplog.undo import Blocker, PutBack, inverse, operations_of
from vejleder_tui.oplog.values import ValueFormError, canonical
from vejleder_tui.oplog.writer import RowMissingError, Writer, tail_of

__all__ = [
    "GENESIS",
    "VOID",
    "Applied",
    "Applying",
    "Blocker",
    "ChainFault",
    "Database",
    "Door",
    "Erasures",
    "FoldFault",
    "FoldedRow",
    "Fork",
    "Head",
    "Missing",
    "OperationLine",
    "PutBack",
    "RowMissingError",
    "RowState",
    "Rows",
    "StateDigest",
    "Value",
    "ValueFormError",
    "Writer",
    "canonical",
    "chain_faults",
    "digest_lines",
    "field_token",
    "fold",
    "fold_faults",
    "folded_row",
    "forks",
    "hash_of",
    "heads",
    "inverse",
    "missing",
    "operations_of",
    "read_row",
    "retrust",
    "row_token",
    "state_digest",
    "table_names",
    "tail_of",
    "to_json",
]
