"""The two roles in PostgreSQL: one that takes bundles in, one that sees pseudonyms only.

What is granted here stands in docs/central.md. The views lie in the schema `analysis`; the read role has no right to
anything else. Everything is made anew at each `central init --roles`, so that it follows the records' schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.central.pseudonyms import linked_tables, personal_tables, shown_fields
from vejleder_tui.errors import StoreError
from vejleder_tui.i18n import _
from vejleder_tui.model.base import Kind, fields_of
from vejleder_tui.oplog.tables import table_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.central.database import Centre

__all__ = ["CODE", "INGEST", "READ", "SCHEMA", "make_roles", "statements"]

INGEST = "vejleder_ingest"
READ = "vejleder_read"
SCHEMA = "analysis"

CODE = "[A-Za-z0-9_.:-]{1,40}"
"""What a code looks like; a sentence that somebody's program put into a field of codes is not shown."""

_WRITTEN = (
    "operation", "contested", "held", "withheld", "signed_head", "erased", "central_value", "central_bundle",
    "central_original", "central_device", "central_clock", "central_receipt", "central_pseudonym", "central_staging",
)  # fmt: skip
_ONLY_READ = ("central_key", "alembic_version")


def make_roles(centre: Centre) -> None:
    """Make the roles, if they are missing, and everything that they may do; raises StoreError on SQLite."""
    if centre.kind != "postgresql":
        raise StoreError(_("Roller findes kun i PostgreSQL."), _("Udelad --roles."))
    with centre.writing(("init",)):
        for role in (INGEST, READ):
            if centre.execute("SELECT 1 FROM pg_roles WHERE rolname = ?", (role,)).fetchone() is None:
                centre.execute(f"CREATE ROLE {role} NOLOGIN")
        for statement in statements():
            centre.execute(statement)


def statements() -> Iterator[str]:
    """Yield the SQL, in order; run by the owner of the tables."""
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {INGEST}"
    for table in (*table_names(), *_WRITTEN):
        # The log itself refuses to lose a row, whoever asks (docs/log.md).
        rights = "SELECT, INSERT, UPDATE" if table == "operation" else "SELECT, INSERT, UPDATE, DELETE"
        yield f'GRANT {rights} ON "{table}" TO {INGEST}'
    for table in _ONLY_READ:
        yield f'GRANT SELECT ON "{table}" TO {INGEST}'
    yield f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"
    yield f"GRANT USAGE ON SCHEMA {SCHEMA} TO {READ}"
    for table in table_names():
        yield f'DROP VIEW IF EXISTS {SCHEMA}."{table}"'
        shown = _view(table)
        if shown:
            yield f'CREATE VIEW {SCHEMA}."{table}" WITH (security_barrier) AS {shown}'
            yield f'GRANT SELECT ON {SCHEMA}."{table}" TO {READ}'


def _view(table: str) -> str:
    fields = fields_of(table)
    shown = shown_fields(table)
    if not shown:
        return ""
    columns = []
    if table in linked_tables():
        columns.append("(SELECT p.pseudonym FROM public.central_pseudonym p WHERE p.id = t.id) AS id")
    elif table not in personal_tables():
        columns.append("t.id")
    if table == "citizen":
        columns.append("substr(t.birth_date, 1, 4) AS birth_year")
    for name in shown:
        info = fields[name]
        if info.references in linked_tables():
            columns.append(f'(SELECT p.pseudonym FROM public.central_pseudonym p WHERE p.id = t."{name}") AS "{name}"')
        elif info.kind is Kind.CODE:
            columns.append(f'CASE WHEN t."{name}" ~ \'^{CODE}$\' THEN t."{name}" END AS "{name}"')
        else:
            columns.append(f't."{name}"')
    columns.append(
        "(SELECT string_agg(DISTINCT c.field, ' ' ORDER BY c.field) FROM public.contested c"
        f" WHERE c.table_name = '{table}' AND c.row = t.id) AS contested"
    )
    return f'SELECT {", ".join(columns)} FROM public."{table}" t WHERE NOT t.void'
