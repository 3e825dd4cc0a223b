"""Each statement of the read side against the migrated schema: every query is called once, every fixed text is prepared."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import vejleder_tui
from tests.demo.conftest import make
from tests.screens.day import contest
from vejleder_tui import queries
from vejleder_tui.queries.conflicts import conflict_of
from vejleder_tui.queries.courses import CourseFilter
from vejleder_tui.queries.merge_plan import TOUCHED
from vejleder_tui.queries.notices import NoticeView
from vejleder_tui.queries.sessions import course_sessions
from vejleder_tui.services.peer import PeerPerson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vejleder_tui.services.desk import Desk

MODULES = sorted(one.name for one in pkgutil.iter_modules(queries.__path__))
TAKES_A_READER = ("reader", "connection", "store")


def every_query() -> dict[str, Callable[..., Any]]:
    """Return the public functions of `queries` that read, by module and name."""
    found: dict[str, Callable[..., Any]] = {}
    for module in map(importlib.import_module, (f"{queries.__name__}.{name}" for name in MODULES)):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters), "")
            if function.__module__ == module.__name__ and not name.startswith("_") and first in TAKES_A_READER:
                found[f"{module.__name__.rpartition('.')[2]}.{name}"] = function
    return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = make(tmp_path_factory.mktemp("sandbox") / "store")
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def given(desk: Desk) -> dict[str, Any]:
    """Return what the queries ask for, by the parameter's name: something that the sandbox really holds."""
    reader, now = desk.store.reader(), desk.clock.now()

    def one(sql: str) -> str:
        return str(reader.execute(sql).fetchone()[0])

    citizen, course = one("SELECT citizen FROM goal LIMIT 1"), one("SELECT course FROM session LIMIT 1")
    session = one(f"SELECT id FROM session WHERE course = '{course}' AND status = 'held' LIMIT 1")
    sessions = course_sessions(reader, course, now)
    ref = next(view.ref for view in sessions if view.ref.id == session)
    goal = one("SELECT id FROM goal WHERE status = 'active' LIMIT 1")
    today = now.date()
    contest(desk, "goal", goal, "target", "0", "1")
    return {
        "reader": reader, "connection": reader, "now": now, "today": today, "day": today, "before": today,
        "start": today - timedelta(days=30), "end": today, "citizen": citizen, "citizens": [citizen], "course": course,
        "courses": [course], "ref": ref, "session": session, "sessions": sessions, "goal": goal,
        "worker": desk.actor.worker, "actor": desk.actor.worker, "enrolment": one("SELECT id FROM enrolment LIMIT 1"),
        "activity": one("SELECT id FROM peer_activity LIMIT 1"), "people": [PeerPerson(citizen=citizen)],
        "draft": "none", "direction": "out", "purpose": "recipient", "table": "goal", "row": goal, "what": "record",
        "typed": "a", "text": "Einer og Asta", "store": desk.store, "wanted": CourseFilter(), "through": today,
        "size": 20, "limit": 20, "most": 20, "given": goal, "conflict": conflict_of(reader, "goal", goal), "at": "",
        "device": desk.device, "first": 1, "last": 2, "number": 1, "rows": [goal],
    }  # fmt: skip


OTHERWISE: dict[str, dict[str, Any]] = {
    "base.all_rows": {"sql": "SELECT 1"},
    "base.one_row": {"sql": "SELECT 1"},
    "handover.course_named": {"text": "madfællesskab"},
    "history.named": {"field": "venue", "value": "none"},
    "citizens.browse": {"before": None},
    "persons.alike": {"name": "Einer", "birth_date": date(1960, 1, 2), "number": "0201609995"},
    "persons.similar_to": {"name": "Einer", "birth_date": "1960-01-02"},
    "citizens.search": {"before": None},
    "citizens.lines_of": {"rows": []},
    "sessions.find_session": {"one": "abc"},
    "goals.find_goals": {"one": "abc"},
    "notices.notice_sentence": {
        "one": NoticeView("n", datetime(2026, 11, 24, tzinfo=UTC), "fork", {"device": "d", "seq": "5"})
    },
    "session_counts.counts_of": {"sessions": [("none", None, date(2026, 11, 24), False)]},
}
WRITES_ACCESS = {
    "access.log_reading",
    "citizen_record.open_citizen",
    "citizen_record.open_form",
    "citizen_record.reveal_number",
}


@pytest.mark.parametrize("name", sorted(every_query()))
def test_every_query_runs_on_the_sandbox(desk: Desk, given: dict[str, Any], name: str) -> None:
    function = every_query()[name]
    values = {**given, **OTHERWISE.get(name, {})}
    if name in WRITES_ACCESS:
        values["connection"] = desk.store.connection
    parameters = inspect.signature(function).parameters.values()
    taken: dict[str, Any] = {
        one.name: values[one.name]
        for one in parameters
        if one.name in values and one.kind is not inspect.Parameter.VAR_POSITIONAL
    }
    missing = [
        one.name
        for one in parameters
        if one.default is inspect.Parameter.empty
        and one.name not in taken
        and one.kind is not inspect.Parameter.VAR_POSITIONAL
    ]
    assert missing == [], "say above what to ask with"
    found = function(**taken)
    if inspect.isgenerator(found):
        list(found)


SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\b[^.]*\b(FROM|INTO|SET)\b", re.DOTALL)
HERE = Path(vejleder_tui.__file__).parent
FILES = sorted(
    file.relative_to(HERE).as_posix()
    for part in ("queries", "services", "cli", "screens", "demo", "bundle", "oplog")
    for file in (HERE / part).rglob("*.py")
    # A bundle's rows are sorted in a database of their own.
    if file != HERE / "bundle" / "rows.py" and SQL.search(file.read_text(encoding="utf-8"))
)


def statements(file: str) -> Iterator[tuple[int, str]]:
    """Yield the SQL texts of a file, those made of its own constants too, with their lines."""
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    module = importlib.import_module(f"vejleder_tui.{file.removesuffix('.py').replace('/', '.')}")
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        text: object = None
        if isinstance(node, ast.Constant) and id(node) not in inner:
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            try:
                text = eval(compile(ast.Expression(node), file, "eval"), dict(vars(module)))
            except NameError:
                continue  # made of something that only the call knows: the query itself is called above
        if isinstance(text, str) and SQL.match(text) and "{" not in text:
            yield getattr(node, "lineno", 0), text


@pytest.mark.parametrize("file", FILES)
def test_every_fixed_statement_prepares_against_the_migrated_schema(desk: Desk, file: str) -> None:
    refused = []
    # What a merge would change stands in a table of its own connection, only while it is looked through.
    desk.store.connection.execute(
        f"CREATE TABLE IF NOT EXISTS {TOUCHED} (table_name, row, what, UNIQUE (table_name, row))"
    )
    for line, sql in statements(file):
        try:
            desk.store.connection.execute(f"EXPLAIN {sql}", [None] * sql.count("?"))
        except Exception as error:  # noqa: BLE001 - the driver's own, told with its place
            # The beginning of a statement that is put together elsewhere is no fault; a name that is not there is.
            if not re.search("incomplete input|syntax error", str(error)):
                refused.append(f"{file}:{line}: {error}")
    assert refused == []


def test_most_statements_are_whole_and_so_were_prepared() -> None:
    assert sum(1 for file in FILES for _one in statements(file)) > 150
