"""Whether an operation can be read at all: a question of form, never of business rules, answered alike by every version.

What cannot be read is *refused*: kept in its chain, not folded, listed (docs/decisions/0008).
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from vejleder_tui import SCHEMA
from vejleder_tui.model.base import RECORDS, fields_of
from vejleder_tui.oplog.fold import VOID
from vejleder_tui.oplog.leaves import CREATED
from vejleder_tui.oplog.line import ERASE, WRITE, OperationLine
from vejleder_tui.oplog.values import is_canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vejleder_tui.model.base import FieldInfo

__all__ = ["ERASURE", "judge", "judge_parts"]

ERASURE = "erasure"
"""The table that an erase names: it has no rows."""

_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"[0-9a-f]{64}")
_TOKENS = re.compile(r"(?:[0-9a-f]{32}(?: [0-9a-f]{32})*)?")


class _RefusedError(ValueError):
    """Names the rule that the operation breaks."""


def judge(line: str) -> OperationLine | str:
    """Return what a line says, or the one word for why it is refused.

    `form`, `schema`, `kind`, `table`, `row`, `at`, `key`, `field`, `type`, `replaces`. Unknown parts are passed over.
    """
    try:
        return judge_parts(json.loads(line))
    except (ValueError, RecursionError):
        return "form"


def judge_parts(said: dict[str, Any]) -> OperationLine | str:
    """Return what `judge` would of the line that `said` was read from."""
    try:
        return _judged(said)
    except _RefusedError as error:
        return str(error)
    except (ValueError, TypeError, KeyError, RecursionError):
        return "form"


def _judged(said: dict[str, Any]) -> OperationLine:
    operation = OperationLine.of(said)
    _check_form(operation)
    if operation.kind == ERASE:
        _check_erase(operation)
    elif operation.kind == WRITE:
        _check_write(operation)
    else:
        raise _RefusedError("kind")
    return operation


def _check_form(said: OperationLine) -> None:
    """Refuse what is not of the type that `OperationLine` states: a line from elsewhere may hold anything."""
    parts: Any = said
    if not (type(parts.seq) is int and type(parts.txn) is int and type(parts.schema) is int):
        raise _RefusedError("form")
    if not (isinstance(parts.values, dict) and isinstance(parts.replaces, dict)):
        raise _RefusedError("form")
    for text in (parts.actor, parts.reason, parts.table, parts.salt):
        if not (text is None or isinstance(text, str)):
            raise _RefusedError("form")
    if not 1 <= parts.schema <= SCHEMA:
        raise _RefusedError("schema")
    if not (isinstance(parts.at, str) and _AT.fullmatch(parts.at)):
        raise _RefusedError("at")
    if not (isinstance(parts.row, str) and _UUID.fullmatch(parts.row)):
        raise _RefusedError("row")
    if not (parts.key is None or isinstance(parts.key, dict)):
        raise _RefusedError("form")


def _check_erase(operation: OperationLine) -> None:
    if operation.table != ERASURE or operation.key is not None or operation.replaces:
        raise _RefusedError("table")
    for name, tokens in operation.values.items():
        if name not in {"rows", "fields"}:
            raise _RefusedError("field")
        if not isinstance(tokens, str) or not _TOKENS.fullmatch(tokens):
            raise _RefusedError("type")


def _check_write(operation: OperationLine) -> None:
    if operation.table not in RECORDS:
        raise _RefusedError("table")
    fields = fields_of(operation.table)
    if _since(operation.table) > operation.schema:
        raise _RefusedError("table")
    if operation.key is not None:
        _check_values(fields, operation.key, operation.schema, of_key=True)
    _check_values(fields, operation.values, operation.schema, of_key=False)
    for name, hashes in operation.replaces.items():
        if name not in fields and name not in {VOID, CREATED}:
            raise _RefusedError("replaces")
        if type(hashes) is not list or not all(type(one) is str and _HASH.fullmatch(one) for one in hashes):
            raise _RefusedError("replaces")


@cache
def _since(table: str) -> int:
    """Return the schema that brought a table."""
    return min((info.since for info in fields_of(table).values()), default=1)


def _check_values(fields: Mapping[str, FieldInfo], values: Mapping[str, Any], schema: int, *, of_key: bool) -> None:
    for name, value in values.items():
        if name == VOID and not of_key:
            if type(value) is not bool:
                raise _RefusedError("type")
            continue
        info = fields.get(name)
        if info is None or info.since > schema:
            raise _RefusedError("field")
        if info.key is not of_key:
            raise _RefusedError("key")
        if value is not None and not is_canonical(info, value):
            raise _RefusedError("type")
