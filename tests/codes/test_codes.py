from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from vejleder_tui import codes
from vejleder_tui.codes import AttendanceClass

_DATA = Path(codes.__file__).with_name("data")


def test_every_file_is_a_list_and_every_list_a_file() -> None:
    assert {path.stem for path in _DATA.glob("*.csv")} == set(codes.LISTS)


@pytest.mark.parametrize("name", codes.LISTS)
def test_a_list_is_whole(name: str) -> None:
    found = codes.code_list(name)
    rows = (_DATA / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    assert len(found) == len(rows) - 1 > 0
    assert any(name.startswith(beginning) for beginning in codes.SOURCES)
    for code in found:
        assert code.list == name
        assert all((code.code, code.display_da, code.display_en, code.source))
        assert ".md" not in code.source
        assert unicodedata.is_normalized("NFC", code.display_da)
        assert codes.lookup(name, code.code) == code
        hash(code)


def test_lookup_and_display() -> None:
    ishoj = codes.lookup("kommunekoder", "0183")
    assert ishoj is not None
    assert ishoj.display_da == "Ishøj"
    assert codes.display("kommunekoder", "0183") == "Ishøj"
    assert codes.display("kommunekoder", "9999") == "9999"
    assert codes.display("kommunekoder", None) == ""
    assert codes.lookup("kommunekoder", None) is None
    assert len(codes.code_list("kommunekoder")) == 99
    with pytest.raises(KeyError):
        codes.code_list("../secrets")


def test_display_follows_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "language", lambda: "en")
    assert codes.display("ffb_maaltype", "d41c8072-52f8-42b5-9375-ddbea454d27f") == "Develop functioning"


def test_extra_columns_cannot_be_changed() -> None:
    level = codes.lookup("ffb_funktionsevneniveau", "8328ce4a-6238-4f73-bf1a-74aadb68eff8")
    assert level is not None
    assert level.extra == {"value_0_4": "1"}
    with pytest.raises(TypeError):
        level.extra["value_0_4"] = "2"  # type: ignore[index]  # that it cannot be set is what is tested


def test_attendance_kinds_are_those_of_the_list() -> None:
    assert [kind.code for kind in codes.ATTENDANCE_KINDS] == [code.code for code in codes.code_list("local_fremmoede")]
    letters = [kind.letter for kind in codes.ATTENDANCE_KINDS if kind.letter]
    assert letters == ["F", "D", "O", "A", "U"]
    attended = [kind.code for kind in codes.ATTENDANCE_KINDS if kind.klass is AttendanceClass.ATTENDED]
    assert attended == ["present", "partial", "online"]
    present = codes.attendance_kind("present")
    assert present is not None
    assert present.word == "fremmødt"
    assert codes.attendance_kind("egen") is None
    assert codes.attendance_kind(None) is None


def test_reasons_are_those_of_the_list() -> None:
    listed = {code.code: code.display_da.lower() for code in codes.code_list("local_fravaersaarsag")}
    assert {reason.code: reason.word_da for reason in codes.ABSENCE_REASONS} == listed
    letters = [letter for reason in codes.ABSENCE_REASONS for letter in reason.letters]
    assert "".join(letters) == "sptøkjigfau"
    assert codes.absence_reason("illness") == codes.ABSENCE_REASONS[0]
    assert codes.absence_reason(None) is None
