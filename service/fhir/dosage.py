"""Work out how much is taken in a day, where the instruction says so, and by which route.

A dose is given only where nothing has to be guessed: "as needed" without a limit, a table of doses one after
another, or a count of something that cannot be counted gives none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from service.domain.clinical_record import Period
from service.fhir import dates
from service.fhir.element import Element
from service.fhir.product import Product, Substance

_PER_DAY = {
    "s": 86400.0,
    "min": 1440.0,
    "h": 24.0,
    "d": 1.0,
    "wk": 1 / 7,
    "mo": 1 / 30.4375,
    "a": 1 / 365.25,
}
_PER_DAY_BY_WORD = {
    "day": 1.0,
    "days": 1.0,
    "hour": 24.0,
    "hours": 24.0,
    "week": 1 / 7,
    "weeks": 1 / 7,
}
# HL7 v3 GTS abbreviations as times a day.
_BY_CODE = {
    "QD": 1.0, "AM": 1.0, "PM": 1.0, "BED": 1.0, "BID": 2.0, "TID": 3.0, "QID": 4.0, "QOD": 0.5, "WK": 1 / 7,
    "Q1H": 24.0, "Q2H": 12.0, "Q3H": 8.0, "Q4H": 6.0, "Q6H": 4.0, "Q8H": 3.0, "Q12H": 2.0,
}  # fmt: skip
_MG = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001}
_MOST_MG_A_DAY = 1_000_000.0
_ML = {"ml": 1.0, "l": 1000.0}
_PIECES = frozenset(
    {"1", "tablet", "tablets", "tab", "tabs", "capsule", "capsules", "cap", "caps", "{tbl}", "{tablet}",
     "{tablets}", "{capsule}", "{capsules}", "{pill}", "{unit}", "pill", "pills", "{cap}", "{tab}"}
)  # fmt: skip
_ROUTES = {
    "26643006": "oral",
    "6064005": "topical",
    "78421000": "injected",
    "47625008": "injected",
    "34206005": "injected",
    "37839007": "other",
    "46713006": "other",
    "45890007": "other",
    "37161004": "other",
    "54485002": "other",
    "72607000": "injected",
    "12130007": "injected",
}
_ROUTE_WORDS = {
    "oral": "oral",
    "by mouth": "oral",
    "topical": "topical",
    "subcutaneous": "injected",
    "intramuscular": "injected",
    "intravenous": "injected",
}


@dataclass(frozen=True, slots=True)
class Amount:
    """Hold an amount a day: mass, volume or pieces, whichever was said."""

    mg: float | None = None
    ml: float | None = None
    pieces: float | None = None


@dataclass(frozen=True, slots=True)
class Dosage:
    """Hold what the dosage instructions of one order say together."""

    route: str | None
    text: str | None
    amount: Amount | None
    until: Period

    def daily_mg(self, substance: Substance, product: Product) -> float | None:
        """Give the milligrams of one ingredient a day, or None where it cannot be told."""
        if self.amount is None:
            return None
        if self.amount.mg is not None:
            return _plausible(self.amount.mg) if len(product.substances) == 1 else None
        if self.amount.ml is not None and substance.mg_per_ml is not None:
            return _plausible(self.amount.ml * substance.mg_per_ml)
        if self.amount.pieces is not None and substance.mg is not None and product.is_counted:
            return _plausible(self.amount.pieces * substance.mg)
        return None


def _plausible(value: float) -> float | None:
    """Keep a daily amount that somebody can take; a slip of the pen is none."""
    return round(value, 6) if 0 <= value <= _MOST_MG_A_DAY else None


def read(instructions: Sequence[Element], zone: tzinfo) -> Dosage:
    """Read the dosage instructions of an order."""
    routes = [route for one in instructions if (route := _route(one)) is not None]
    texts = [text for one in instructions if (text := one.text("text"))]
    bounds = [_bounds(one, zone) for one in instructions]
    return Dosage(
        routes[0] if routes and len(set(routes)) == 1 else None,
        "; ".join(texts) or None,
        _together(instructions),
        bounds[0] if len(bounds) == 1 else Period(),
    )


def _route(instruction: Element) -> str | None:
    route = instruction.child("route")
    if route is None:
        return None
    words = [route.text("text")]
    for coding in route.children("coding"):
        if coding.text("code") in _ROUTES:
            return _ROUTES[coding.text("code") or ""]
        words.append(coding.text("display"))
    for word in words:
        for known, ours in _ROUTE_WORDS.items():
            if word and known in word.lower():
                return ours
    return None


def _bounds(instruction: Element, zone: tzinfo) -> Period:
    timing = instruction.child("timing")
    repeat = timing.child("repeat") if timing else None
    return dates.period(repeat.child("boundsPeriod") if repeat else None, zone)


def _together(instructions: Sequence[Element]) -> Amount | None:
    """Add up instructions that hold at once; of others nothing is said."""
    if len(instructions) > 1:
        order = {one.number("sequence") for one in instructions}
        if len(order) != 1 or None in order:
            return None
    amounts = [_daily(one) for one in instructions]
    if not amounts or any(one is None for one in amounts):
        return None
    known = [one for one in amounts if one is not None]
    for name in ("mg", "ml", "pieces"):
        values = [getattr(one, name) for one in known]
        if all(value is not None for value in values):
            return Amount(**{name: sum(values)})
    return None


def _daily(instruction: Element) -> Amount | None:
    limit = _most(instruction)
    if limit is not None:
        return limit
    times = _times_a_day(instruction)
    if times is None:
        return None
    one = _dose(instruction)
    if one is None:
        return None
    return Amount(
        one.mg * times if one.mg is not None else None,
        one.ml * times if one.ml is not None else None,
        one.pieces * times if one.pieces is not None else None,
    )


def _amount(quantity: Element | None) -> Amount | None:
    if quantity is None or quantity.has("comparator"):
        return None
    value = quantity.number("value")
    if value is None or value < 0:
        return None
    unit = (quantity.text("code") or quantity.text("unit") or "1").lower()
    if unit in _MG:
        return Amount(mg=value * _MG[unit])
    if unit in _ML:
        return Amount(ml=value * _ML[unit])
    return Amount(pieces=value) if unit in _PIECES else None


def _dose(instruction: Element) -> Amount | None:
    rates = instruction.children("doseAndRate")
    if len(rates) != 1:
        return None
    span = rates[0].child("doseRange")
    if span is not None:
        return _amount(span.child("high"))
    return _amount(rates[0].child("doseQuantity"))


def _most(instruction: Element) -> Amount | None:
    ratio = instruction.child("maxDosePerPeriod")
    if ratio is None:
        return None
    most, length = _amount(ratio.child("numerator")), ratio.child("denominator")
    number = length.number("value") if length else None
    unit = (length.text("code") or length.text("unit")) if length else None
    if most is None or length is None or not number or unit not in ("d", "h", "day", "hour"):
        return None
    share = (1 if unit in ("d", "day") else 24) / number
    return Amount(
        most.mg * share if most.mg is not None else None,
        most.ml * share if most.ml is not None else None,
        most.pieces * share if most.pieces is not None else None,
    )


def _times_a_day(instruction: Element) -> float | None:
    timing = instruction.child("timing")
    if timing is None:
        return None
    repeat = timing.child("repeat")
    if repeat is not None:
        clock = len(repeat.texts("timeOfDay"))
        weekdays = len(repeat.texts("dayOfWeek"))
        frequency = repeat.number("frequencyMax") or repeat.number("frequency")
        length = repeat.number("period")
        unit = repeat.text("periodUnit")
        if length and unit:
            rate = _PER_DAY.get(unit) or _PER_DAY_BY_WORD.get(unit.lower())
            days = weekdays / 7 if weekdays and unit == "d" else 1
            return (frequency or clock or 1) * rate * days / length if rate else None
        if clock or weekdays:
            return (frequency or clock or 1) * (weekdays / 7 if weekdays else 1)
    code = timing.child("code")
    if code is None:
        return None
    for coding in code.children("coding"):
        if coding.text("code") in _BY_CODE:
            return _BY_CODE[coding.text("code") or ""]
    return _BY_CODE.get((code.text("text") or "").upper())
