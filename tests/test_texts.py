"""Every text of the program has an English one, and no text stands outside the catalogue."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import vejleder_tui

SOURCE = Path(vejleder_tui.__file__).parent
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "vejleder.po"


def _texts(tree: ast.AST) -> set[str | tuple[str, str]]:
    found: set[str | tuple[str, str]] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        given = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if node.func.id in {"_", "N_"} and given:
            found.add(given[0])
        elif node.func.id == "one_of" and given:
            found.add(f"one\x04{given[0]}")
        elif node.func.id == "ngettext" and len(given) == 2:
            found.add((given[0], given[1]))
    return found


def texts_of_the_program() -> set[str | tuple[str, str]]:
    return {text for path in SOURCE.rglob("*.py") for text in _texts(ast.parse(path.read_text(encoding="utf-8")))}


def _placeholders(text: str) -> set[str]:
    return {name for _text, name, _form, _conversion in string.Formatter().parse(text) if name is not None}


def _key(context: str | None, text: str) -> str:
    return f"{context}\x04{text}" if context else text


@pytest.fixture(scope="module")
def catalogue() -> dict[str | tuple[str, str], object]:
    with CATALOGUE.open("rb") as readable:
        read = read_po(readable, abort_invalid=True)
    return {
        (tuple(one.id) if isinstance(one.id, (list, tuple)) else _key(one.context, one.id)): one.string  # type: ignore[misc]
        for one in read
        if one.id
    }


def test_every_text_has_an_english_one(catalogue: dict[str | tuple[str, str], object]) -> None:
    missing = sorted(str(text) for text in texts_of_the_program() if not catalogue.get(text))
    assert missing == []


def test_the_catalogue_holds_no_text_that_the_program_lost(catalogue: dict[str | tuple[str, str], object]) -> None:
    known = texts_of_the_program()
    assert sorted(str(text) for text in catalogue if text not in known) == []


def test_both_languages_have_the_same_placeholders(catalogue: dict[str | tuple[str, str], object]) -> None:
    for danish, english in catalogue.items():
        many = [(danish, english)] if isinstance(danish, str) else zip(danish, tuple(english), strict=True)  # type: ignore[arg-type]
        for one, other in many:
            assert _placeholders(str(one)) == _placeholders(str(other)), one
