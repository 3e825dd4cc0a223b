"""`vejleder attend`: options, and the dialogue as it is heard."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.attend.group import Group, make_group
from tests.conftest import PASSPHRASE
from vejleder_tui.cli.attend import Answer, parse_code
from vejleder_tui.cli.parser import run
from vejleder_tui.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk


@pytest.fixture
def closed(desk: Desk) -> Group:
    group = make_group(desk)
    desk.store.close()
    return group


@pytest.fixture
def command(
    paths: StorePaths, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)

    def call(*arguments: str, answers: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        code = run(["attend", "--store", str(paths.folder), *arguments], clock=clock)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_options_mark_and_fill_in_one_step(closed: Group, command: Any) -> None:
    session = closed.ref().id
    code, out, err = command(session, "--mark", "3=u", "Dagny P.=a:s", "--rest", "f", "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert (said["session"], said["marked"], said["rest"], said["registered"], said["attended"]) == (
        session,
        2,
        10,
        12,
        10,
    )
    assert [(row["code"], row["reason"]) for row in said["rows"][2:4]] == [
        ("absent_unnotified", None),
        ("absent_notified", "illness"),
    ]
    code, out, _err = command("--mark", f"{closed.number(1)[:30]}=d:60", session[:10])
    assert (code, out) == (0, "Gemt: Asta L. delvist, 60 minutter.\n")
    code, out, _err = command("--rest", "o")
    assert out == "Gemt: 0 markeret online. 12 af 12 registreret.\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--mark", "13=u"), 10),
        (("--mark", "Nobody=u"), 10),
        (("--mark", "1=q"), 9),
        (("--mark", "1=f:s"), 9),
        (("--rest", "a:s"), 9),
        (("nosuchid", "--rest", "f"), 10),
        (("abc", "--rest", "f"), 10),
    ],
)
def test_a_wrong_option_saves_nothing(closed: Group, command: Any, arguments: tuple[str, ...], code: int) -> None:
    got, out, err = command("--mark", "2=f", *arguments) if "--mark" not in arguments else command(*arguments)
    assert (got, out) == (code, "")
    assert err
    assert json.loads(command("--json")[1])["registered"] == 0


def test_codes_are_letters_or_names() -> None:
    assert parse_code("F") == Answer("present")
    assert parse_code("absent_notified:illness") == Answer("absent_notified", reason="illness")
    assert parse_code("a:k") == Answer("absent_notified", reason="transport_cost")
    assert parse_code("d:45") == Answer("partial", minutes=45)
    for wrong in ("", "x", ":s", "u:zz", "o:", "f:1x"):
        if wrong != "o:":
            with pytest.raises(RuleError):
                parse_code(wrong)


DIALOGUE = """\
Låst op. Tirsdag den 24. november 2026. Du er MJ på Bærbar 2.
1 mødegang i dag. 6 tidligere mangler registrering.
1: ABC-gruppe, efterår, klokken 10 til 12. 0 af 12 registreret.
Vælg 1, m for dem der mangler, eller slut: 1
ABC-gruppe, efterår, 7. mødegang af 20. 12 deltagere.
Svar f fremmødt, d delvist, o online, a afbud, u udeblevet.
Enter springer over. r er resten fremmødt. z fortryder. ? er hjælp.
1 af 12, Asta L.: f
Gemt: Asta L. fremmødt.
2 af 12, Bodil K.: d
Hvor mange minutter af 120? Enter, hvis du ikke ved det: 60
Gemt: Bodil K. delvist, 60 minutter.
3 af 12, Carlo N.: u
Gemt: Carlo N. udeblevet.
4 af 12, Dagny P.: a
Årsag? s sygdom, p psykisk belastning, j job, ? flere, Enter uden årsag: s
Gemt: Dagny P. afbud, sygdom.
5 af 12, Ebbe R.: z
Fortrudt: Dagny P. er igen ikke registreret.
4 af 12, Dagny P.: k
k kan ikke bruges her. Svar f, d, o, a, u, eller ? for hjælp: o
Gemt: Dagny P. online.
5 af 12, Ebbe R.: 12
12 af 12, Torre M. Bevillingen udløb 20. november.: r
Gemt: 8 markeret fremmødt. 12 af 12 registreret.
Gæster? Skriv et navn eller et antal, Enter for ingen:\x20
Hændelser? i ingen, b beskriv, Enter svarer senere: i
Gemt: ingen hændelser.
Godkend mødegangen nu? g godkend, Enter venter:\x20
Færdig. 12 af 12 registreret, 11 kom, 1 udeblevet. Alt er gemt 10.42.
"""


def test_the_dialogue_word_for_word(closed: Group, command: Any) -> None:
    answers = "1\nf\nd\n60\nu\na\ns\nz\nk\no\n12\nr\n\ni\n\n"
    code, out, err = command(answers=answers)
    assert (code, err) == (0, "")
    *spoken, last = out.splitlines()
    assert "\n".join(spoken) + "\n" == DIALOGUE
    assert last.endswith("ændringer venter på at blive sendt. Åbn igen: vejleder attend")
    said = json.loads(command("--json")[1])
    assert "".join({"present": "F", "partial": "D", "online": "O"}.get(row["code"], "U") for row in said["rows"]) == (
        "FDUOFFFFFFFF"
    )


def test_the_end_of_input_keeps_what_was_answered(closed: Group, command: Any) -> None:
    _code, out, _err = command(closed.ref().id, answers="f\n?\nliste\n99\nu\n")
    assert "1: Asta L., fremmødt, 120 min." in out
    assert "Række 99 findes ikke. Der er 12." in out
    assert "f fremmødt. d delvist. o online. a afbud. u udeblevet." in out
    assert "Færdig. 2 af 12 registreret, 1 kom, 1 udeblevet. Alt er gemt 10.42." in out


def test_a_refusal_says_so_and_asks_again(closed: Group, command: Any) -> None:
    answers = "r\nKH\n2\n\nb\n2\n1\nTalte sammen\ng\n"
    _code, out, _err = command(closed.ref().id, answers=answers)
    assert "Gemt: gæst KH.\n" in out
    assert "Gemt: 2 gæster.\n" in out
    assert "Gemt: bi-effekt, Konflikt i gruppen.\n" in out
    assert "Gemt: mødegangen er godkendt.\n" in out
    _code, out, _err = command(closed.ref().id, answers="1\nslut\n")
    assert "Mødegangen er godkendt." in out
    assert "Gæster?" in out
    code, _out, err = command(closed.ref().id, "--mark", "1=u")
    assert (code, "Mødegangen er godkendt. Skriv, hvorfor den rettes." in err) == (9, True)
    code, out, _err = command(closed.ref().id, "--mark", "1=u", "--reason", "Forkert liste")
    assert (code, out) == (0, "Gemt: Asta L. udeblevet.\n")
