"""What every query takes: a driver's connection that reads, and plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Reader", "all_rows", "one_row"]


class _Rows(Protocol):
    def fetchone(self) -> Any: ...  # noqa: ANN401 - a driver's row

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Reader(Protocol):
    """A connection that reads; `store.reader()` returns one."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> _Rows:
        """Run one SELECT."""
        ...


def all_rows(reader: Reader, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Return every row that `sql` finds."""
    return reader.execute(sql, parameters).fetchall()


def one_row(reader: Reader, sql: str, *parameters: object) -> tuple[Any, ...] | None:
    """Return the first row that `sql` finds, or None."""
    found: tuple[Any, ...] | None = reader.execute(sql, parameters).fetchone()
    return found
