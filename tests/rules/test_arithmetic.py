from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from vejleder_tui.codes import AttendanceClass
from vejleder_tui.errors import RuleError
from vejleder_tui.rules import attendance, cost, cvr, fidelity, figures, formats, gas, instruments, rounding, support

Vectors = dict[str, Any]
ATTENDED, ABSENT, NOT_EXPECTED = AttendanceClass.ATTENDED, AttendanceClass.ABSENT, AttendanceClass.NOT_EXPECTED


def test_who5(vectors: Vectors) -> None:
    for case in vectors["who5"]:
        score = instruments.who5_score(case["items"])
        assert score == case["score"]
        assert instruments.who5_band(score) == case["band"]


def test_who5_bands_at_their_edges() -> None:
    bands = [instruments.who5_band(score) for score in (35, 36, 50, 51)]
    assert bands == ["stor_risiko", "risiko", "risiko", "ikke_umiddelbart"]
    assert instruments.who5_advice(35) == "Tal med borgeren."
    assert instruments.who5_advice(36) == ""
    assert instruments.who5_advice(None) == ""


def test_who5_change_counts_from_ten_points() -> None:
    pairs = [(40, 56), (32, 28), (60, 72), (60, 50), (60, 51)]
    assert [instruments.change(*pair) for pair in pairs] == [
        "improved",
        "unchanged",
        "improved",
        "worsened",
        "unchanged",
    ]


def test_tils(vectors: Vectors) -> None:
    for case in vectors["tils"]:
        score = instruments.tils_score(case["items"])
        assert score == case["score"]
        assert instruments.is_lonely(score) is case["lonely"]
    assert instruments.is_lonely(instruments.tils_score([1, None, 3])) is None


@pytest.mark.parametrize("answers", [[6, 0, 0, 0, 0], [-1, 0, 0, 0, 0], [1, 1, 1]])
def test_answers_out_of_range_are_refused(answers: list[int]) -> None:
    with pytest.raises(RuleError):
        instruments.who5_score(answers)


def test_gas(vectors: Vectors) -> None:
    for case in vectors["gas"]:
        score = gas.t_score(zip(case["weights"], case["scores"], strict=True))
        assert score is not None
        assert rounding.as_decimal(score, 4) == Decimal(str(case["t"]))


def test_gas_without_goals_or_weights_is_none() -> None:
    assert gas.t_score([]) is None
    assert gas.t_score([(0, 1), (0, 2)]) is None
    assert gas.t_score([(Decimal("1.5"), 0)]) == 50
    with pytest.raises(RuleError):
        gas.t_score([(1, 3)])
    with pytest.raises(RuleError):
        gas.t_score([(-1, 1)])


def test_reliable_change(vectors: Vectors) -> None:
    for case in vectors["rci"]:
        found = instruments.reliable_change(case["before"], case["after"], case["sd"], Decimal(str(case["r"])))
        assert rounding.as_decimal(found.index, 4) == Decimal(str(case["rci"]))
    assert instruments.reliable_change(60, 32, 20, Decimal("0.85")).change == "worsened"
    assert instruments.reliable_change(40, 60, 20, Decimal("0.85")).change == "unchanged"
    assert instruments.reliable_change(44, 64, 18, Decimal("0.90")).change == "improved"
    with pytest.raises(RuleError):
        instruments.reliable_change(1, 2, 20, Decimal(1))


def test_cvr(vectors: Vectors) -> None:
    for case in vectors["cvr"]:
        assert cvr.valid(case["input"]) is case["valid"]
    assert cvr.valid("1193 1316")
    assert not cvr.valid("1193131")


def test_iso_weeks(vectors: Vectors) -> None:
    for day, week in vectors["iso_week"]:
        assert formats.iso_week(date.fromisoformat(day)) == week


def test_attendance_share_and_dose(vectors: Vectors) -> None:
    case = vectors["attendance"]
    length = case["session_minutes"]
    seats = [attendance.Seat(ATTENDED, length, code="present")] * case["full"]
    seats += [attendance.Seat(ATTENDED, length, case["partial_minutes"], "partial")] * case["partial"]
    seats += [attendance.Seat(ABSENT, length, code="absent_notified"), attendance.Seat(None, length)]
    seats += [attendance.Seat(NOT_EXPECTED, length, code="excused_system")]
    found = attendance.attendance_figures(seats)
    assert (found.expected, found.attended, found.absent, found.not_registered) == (case["expected"], 8, 1, 1)
    assert found.share == Fraction(str(case["rate_pct"])) / 100
    assert found.dose == Fraction(str(case["minutes_dose_pct"])) / 100


def test_partial_attendance_invents_no_minutes() -> None:
    seats = [attendance.Seat(ATTENDED, 120, code="present"), attendance.Seat(ATTENDED, 120, None, "partial")]
    found = attendance.attendance_figures(seats)
    assert (found.share, found.dose, found.minutes_unknown) == (Fraction(1), Fraction(1), 1)
    nothing = attendance.attendance_figures([])
    assert (nothing.share, nothing.dose) == (None, None)
    assert formats.percent(nothing.share) == "–"


def test_no_shows_in_a_row() -> None:
    shown, away = ("present", ATTENDED), ("absent_unnotified", ABSENT)
    notified, cancelled = ("absent_notified", ABSENT), ("excused_system", NOT_EXPECTED)
    assert attendance.no_shows_in_a_row([shown, away, away]) == 2
    assert attendance.no_shows_in_a_row([away, None, cancelled, away, None]) == 2
    assert attendance.no_shows_in_a_row([away, notified, away]) == 1
    assert attendance.no_shows_in_a_row([away, away, shown]) == 0
    assert attendance.needs_follow_up([away, away])
    assert not attendance.needs_follow_up([away])
    assert not attendance.needs_follow_up([], limit=0)


def test_completion_and_drop_out() -> None:
    ended = [attendance.EndedEnrolment("completed", Fraction(6, 10))] * 5
    ended += [attendance.EndedEnrolment("no_need_citizen", Fraction(1, 10))]
    ended += [attendance.EndedEnrolment("opt_out", None)] * 2
    found = attendance.completion_figures(ended)
    assert (found.completion, found.drop_out) == (Fraction(5, 8), Fraction(2, 8))
    little = attendance.completion_figures([attendance.EndedEnrolment("completed", Fraction(59, 100))])
    assert (little.completion, little.drop_out) == (Fraction(0), Fraction(0))
    assert attendance.completion_figures([]).completion is None


def test_cost(vectors: Vectors) -> None:
    case = vectors["cost"]
    staff = [cost.StaffTime(minutes, case["rate_kr"] * 100) for minutes in case["minutes_each"]] * case["staff"]
    total = cost.session_cost(staff, venue_ore=case["venue_kr"] * 100, material_ore=case["material_kr"] * 100)
    assert total == case["total_ore"]
    assert cost.cost_per_seat(total, case["attended"]) == case["per_seat_ore"]
    assert cost.cost_per_seat(total, 0) is None
    assert formats.kroner(total) == "3.150,00 kr."
    assert cost.staff_minutes(staff) == 480


def test_group_against_individual(vectors: Vectors) -> None:
    case = vectors["resource"]
    found = support.group_against_individual(case["group_staff_min"], case["attended"], case["individual_min"])
    assert found is not None
    assert found.minutes_per_contact == Fraction(str(case["per_contact_min"]))
    assert rounding.as_decimal(found.ratio, 3) == Decimal(str(case["ratio"]))
    assert found.break_even == case["break_even"]
    assert support.group_against_individual(480, 0, 105) is None


def test_service_expansion(vectors: Vectors) -> None:
    for case in vectors["service_expansion"]:
        found = support.service_expansion(case["B"], case["D"], case["G"], weeks_enrolled=4)
        assert found.index is not None
        assert rounding.as_decimal(found.index, 3) == Decimal(str(case["index"]))
        assert found.flag is case["flag"]


def test_service_expansion_is_not_flagged_without_ground() -> None:
    assert not support.service_expansion(120, 30, 80, weeks_enrolled=4).flag
    assert not support.service_expansion(120, 120, 80, weeks_enrolled=3).flag
    assert not support.service_expansion(120, 120, 80, weeks_enrolled=4, has_reason=True).flag
    assert support.service_expansion(120, 108, 0, weeks_enrolled=4).flag
    new = support.service_expansion(0, 60, 80, weeks_enrolled=9)
    assert (new.index, new.flag) == (None, False)


def test_weekly_minutes() -> None:
    assert support.baseline_minutes([999, 120, 120, 120, 120, 0, 0, 0, 0]) == 60
    assert support.baseline_minutes([80]) == 10
    assert support.minutes_while_enrolled([500, 500, 100, 50]) == 75
    assert support.minutes_while_enrolled([500, 500]) is None
    assert support.group_minutes_per_citizen(480, 6) == 80
    assert support.group_minutes_per_citizen(480, 0) is None


def test_length_of_support() -> None:
    start = date(2026, 1, 1)

    def after(days: int) -> date:
        return date.fromordinal(start.toordinal() + days)

    found = support.support_lengths(
        [
            [(start, after(120))],
            [(start, after(100)), (after(129), after(200))],
            [(start, after(310))],
            [(after(300), None)],
        ],
        after(345),
    )
    assert (found.ended.n, found.ended.mean, found.ended.median) == (3, Fraction(210), Fraction(200))
    assert found.open_days == (45,)


def test_a_longer_gap_makes_two_spells() -> None:
    spells = [(date(2026, 3, 2), None), (date(2026, 1, 1), date(2026, 1, 31))]
    assert len(support.merged_spells(spells)) == 2
    assert support.merged_spells([(date(2026, 3, 1), None), spells[1]]) == [(date(2026, 1, 1), None)]


def test_adverse_events() -> None:
    assert support.adverse_participants_per_hundred(2, 25) == 8
    assert support.adverse_events_per_thousand(3, 240) == Fraction(25, 2)
    assert support.adverse_events_per_thousand(0, 0) is None


def test_fidelity(vectors: Vectors) -> None:
    case = vectors["fidelity"]
    share = fidelity.form_share(case["scores"])
    assert share == Fraction(str(case["pct"])) / 100
    assert fidelity.form_share([None]) is None
    assert fidelity.course_share([share, None, Fraction(1)]) == Fraction(13, 16)
    assert fidelity.course_share([]) is None
    with pytest.raises(RuleError):
        fidelity.form_share([3])


def test_statistics_hide_small_cells() -> None:
    assert figures.hide_small(4) is None
    assert figures.hide_small(5) == 5
    assert figures.hide_row([4, 9, 7]) == [None, 9, None]
    assert figures.hide_row([4, 3, 7]) == [None, None, 7]
    assert figures.hide_row([5, 6]) == [5, 6]


def test_age_bands() -> None:
    ages = [17, 18, 24, 25, 34, 35, 49, 50, 66, 67, 104]
    assert [figures.age_band(age) for age in ages] == [
        None,
        *("18–24", "18–24", "25–34", "25–34", "35–49", "35–49", "50–66", "50–66", "67+", "67+"),
    ]


def test_summaries_print_n_and_what_is_missing() -> None:
    found = figures.summarise([16, -4, 12, None])
    assert (found.n, found.missing, found.mean, found.median) == (3, 1, Fraction(8), Fraction(12))
    assert figures.summarise([None]).mean is None
    assert figures.summarise([1, 2]).median == Fraction(3, 2)


def test_rounding_is_half_up() -> None:
    assert [rounding.round_half_up(Fraction(n, 2)) for n in (1, 3, 5, -1, -3)] == [1, 2, 3, -1, -2]
    assert rounding.as_decimal(Fraction(1, 8), 2) == Decimal("0.13")
    assert str(rounding.as_decimal(2, 2)) == "2.00"
    assert str(rounding.as_decimal(Decimal("-0.005"), 2)) == "-0.01"
