"""CPR numbers and their substitutes: what is accepted, what can be read from them, and how they are shown.

Sources: cpr.dk and the CPR Act (form, century, numbers without modulus 11 since 2007); HL7 Danmark's dk-core
(X-eCPR, D-eCPR). A number is never part of an identifier and never of a message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _

__all__ = [
    "ADULT_AGE",
    "NumberKind",
    "PersonNumber",
    "Sex",
    "age",
    "check_adult",
    "masked",
    "modulus_11_hint",
    "parse",
]

ADULT_AGE = 18
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_FIELD = "cpr"


class NumberKind(StrEnum):
    """Which register a number comes from."""

    CPR = "cpr"
    X_ECPR = "x_ecpr"
    D_ECPR = "d_ecpr"
    REGIONAL = "regional"


class Sex(StrEnum):
    """What the last digit of a CPR number says."""

    FEMALE = "f"
    MALE = "m"


@dataclass(frozen=True, repr=False)
class PersonNumber:
    """A number of ten characters without hyphen; birth date and sex only where the number says them for certain."""

    number: str
    kind: NumberKind
    birth_date: date | None
    sex: Sex | None

    def __repr__(self) -> str:
        """Show the kind, never the number."""
        return f"PersonNumber({self.kind.value})"


def parse(text: str, today: date | None = None) -> PersonNumber:
    """Read a CPR number or a substitute as people write it, with or without hyphen and spaces.

    Ten digits: a CPR number, with a real date in the century that digit 7 gives. `DDMMYY`, 1 or 7, two letters and
    a digit: X-eCPR. `DDMMYY`, 0, 5 or 6, two letters and a digit: D-eCPR. `DDMMYY` and four characters with a
    letter among them: a region's replacement number, which gives no birth date.
    `RuleError` (field `cpr`) for anything else, and for a birth date after `today` where that is given.
    """
    number = re.sub(r"[\s\-–‐‑−]", "", text).upper()
    if re.fullmatch(r"[0-9]{10}", number):
        born = _birth_date(number[:6], int(number[6]))
        if born is None:
            raise RuleError(
                _("CPR-nummeret begynder ikke med en dato, der findes."),
                _("Se efter, om to cifre er byttet om."),
                field=_FIELD,
            )
        if today is not None and born > today:
            raise RuleError(
                _("CPR-nummeret giver en fødselsdato i fremtiden."),
                _("Se efter, om et ciffer er skrevet forkert."),
                field=_FIELD,
            )
        return PersonNumber(number, NumberKind.CPR, born, Sex.MALE if int(number[9]) % 2 else Sex.FEMALE)
    if re.fullmatch(r"[0-9]{6}[0-9A-ZÆØÅ]{4}", number) and _day_exists(number[:6]):
        if re.fullmatch(r"[17][A-Z]{2}[0-9]", number[6:]):
            return PersonNumber(number, NumberKind.X_ECPR, _birth_date(number[:6], int(number[6])), None)
        if re.fullmatch(r"[056][A-Z]{2}[0-9]", number[6:]):
            return PersonNumber(number, NumberKind.D_ECPR, _birth_date(number[:6], int(number[6])), None)
        return PersonNumber(number, NumberKind.REGIONAL, None, None)
    raise RuleError(
        _("Det er ikke et CPR-nummer: der skal være ti cifre."),
        _("Skriv det som DDMMÅÅ-XXXX, skriv et erstatningsnummer, eller lad feltet stå tomt."),
        field=_FIELD,
    )


def _birth_date(digits: str, seventh: int) -> date | None:
    """Return the date in the century that digit 7 gives, or None where the calendar has no such day."""
    day, month, two = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    if seventh <= 3:
        year = 1900 + two
    elif seventh in {4, 9}:
        year = 2000 + two if two <= 36 else 1900 + two
    else:
        year = 2000 + two if two <= 57 else 1800 + two
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day_exists(digits: str) -> bool:
    """Say whether day and month exist in the year ending so, of some century (2000 was a leap year, 1900 was not)."""
    return any(_birth_date(digits, seventh) is not None for seventh in (0, 4, 5))


def modulus_11_hint(number: str) -> str | None:
    """Return a soft hint where a CPR number does not pass modulus 11, else None; never a reason to refuse.

    Numbers without the check are given since 2007, to people born on 1 January: for those there is no hint.
    """
    if not re.fullmatch(r"[0-9]{10}", number) or number.startswith("0101"):
        return None
    if sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=True)) % 11 == 0:
        return None
    return _("Kontrolcifrene passer ikke. Nummeret kan godt være rigtigt. Se efter en ekstra gang.")


def masked(number: str) -> str:
    """Return how a number stands on the screen until it is asked for: `020160-••••`."""
    return f"{number[:6]}-••••"


def age(birth_date: date, on: date) -> int:
    """Return whole years on a day; someone born on 29 February turns on 1 March in other years."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def check_adult(birth_date: date, on: date) -> None:
    """Refuse someone under 18 on the day of enrolment (the Act on Social Services is for adults).

    `RuleError` with field `from`.
    """
    if age(birth_date, on) < ADULT_AGE:
        raise RuleError(
            _("Borgeren er under 18 år på indskrivningsdagen."),
            _("Ret datoen, hvis den er forkert. Støtte til unge under 18 gives efter barnets lov."),
            field="from",
        )
