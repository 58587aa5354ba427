"""Map MedicationRequest and MedicationStatement: lines of treatment, not orders.

A record holds an order for every renewal. Orders of one ingredient, strength, form and route are one line;
the newest rules, the earlier ones are its history. Two strengths of one drug are two lines, because both are
in force and the patient may take both. A line states each drug class of its ingredients once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from service.domain.clinical_record import (
    Ended,
    MedicationLine,
    MedicationPart,
    Origin,
    Period,
    PersonKind,
    PersonRef,
    SourceKey,
)
from service.domain.vocabulary import Basis, Stance
from service.fhir import concept, dates, dosage
from service.fhir.bundle import Entry
from service.fhir.element import Element
from service.fhir.product import Product, Substance, identify, parse
from service.fhir.reading import Reading
from service.fhir.report import status_reason

_LIVE = frozenset({"active", "on-hold"})
_NOT_ORDERED = frozenset({"proposal", "option"})
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class _Order:
    """Hold one order in force, read."""

    entry: Entry
    name: str
    product: Product
    dosage: dosage.Dosage
    status: str
    stance: Stance
    route: str | None
    period: Period
    written: datetime
    basis: Basis
    requester: PersonRef | None
    reasons: tuple[SourceKey, ...]

    @property
    def line(self) -> str:
        """Name the line: what is the same in all its orders."""
        parts = sorted(f"{one.name} {one.strength or '-'}" for one in self.product.substances)
        negative = "not" if self.stance is Stance.PROHIBIT else "take"
        return " | ".join(
            [" + ".join(parts), self.product.form or "-", self.route or "-", negative]
        )

    @property
    def daily(self) -> dict[str, float | None]:
        return {
            one.name: self.dosage.daily_mg(one, self.product) for one in self.product.substances
        }


def lines(entries: Iterable[Entry], reading: Reading) -> tuple[MedicationLine, ...]:
    """Read the orders and statements of the patient into lines of treatment."""
    groups: dict[str, list[_Order]] = defaultdict(list)
    for entry in entries:
        order = _order(entry, reading)
        if order is not None:
            groups[order.line].append(order)
    found = [_line(key, orders, reading) for key, orders in groups.items()]
    return tuple(sorted(found, key=lambda one: (one.period.start or date.min, one.key)))


def _order(entry: Entry, reading: Reading) -> _Order | None:
    resource = entry.resource
    status = resource.text("status")
    if status not in _LIVE:
        reading.report.skipped(entry.key, status_reason(status))
        if status is not None:
            reading.ended.append(Ended(entry.key, status, None))
        return None
    if resource.text("intent") in _NOT_ORDERED:
        reading.report.skipped(entry.key, f"intent-{resource.text('intent')}")
        return None
    what = _medication(resource, reading)
    if what is None:
        reading.report.skipped(entry.key, "no-medicine")
        return None
    name, product = what
    is_request = entry.type == "MedicationRequest"
    instructions = resource.children("dosageInstruction" if is_request else "dosage")
    said = dosage.read(instructions, reading.zone)
    days = _days(resource, said, reading)
    if days.is_empty:
        reading.report.skipped(entry.key, "ends-before-it-starts", name)
        return None
    requester = reading.person(
        resource.child("requester" if is_request else "informationSource"), resource
    )
    reported = requester is not None and requester.kind in (
        PersonKind.PATIENT,
        PersonKind.RELATED_PERSON,
    )
    stated = dates.read(resource, "authoredOn" if is_request else "dateAsserted", reading.zone)
    began = datetime.combine(days.start, datetime.min.time(), UTC) if days.start else None
    return _Order(
        entry,
        name,
        product,
        said,
        status,
        Stance.PROHIBIT if resource.flag("doNotPerform") else Stance.RECOMMEND,
        said.route or product.route,
        days,
        stated.instant if stated else began or _BEGINNING,
        Basis.PATIENT_STATEMENT if reported else Basis.CLINICAL_JUDGEMENT,
        requester,
        reading.keys(resource, "reasonReference"),
    )


def _medication(resource: Element, reading: Reading) -> tuple[str, Product] | None:
    """Find out what is ordered: a concept, or a Medication in the file."""
    medicines = reading.maps.medicines
    inline = resource.child("medicationCodeableConcept")
    if inline is not None:
        name = concept.text(inline)
        if name is None:
            return None
        return name[:_LONGEST_NAME], identify(
            concept.codings(inline), inline.text("text"), medicines
        )
    target = reading.bundle.follow(resource.child("medicationReference"), resource)
    if target is None:
        return None
    if target.entry is None or target.entry.type != "Medication":
        # Only the words of the reference are left to go by.
        return (target.display, parse(target.display, medicines)) if target.display else None
    medication = target.entry.resource
    if target.key is not None:  # a contained one is part of the order itself
        reading.report.taken(target.key, "named-by-an-order")
    return _of_medication(medication, target.display, reading)


def _of_medication(
    medication: Element, display: str | None, reading: Reading
) -> tuple[str, Product] | None:
    medicines = reading.maps.medicines
    code = medication.child("code")
    name = concept.text(code) or display
    product = identify(concept.codings(code), name, medicines)
    if not any(one.known for one in product.substances):
        listed = [
            one
            for part in medication.children("ingredient")
            for one in identify(
                concept.codings(part.child("itemCodeableConcept")),
                concept.text(part.child("itemCodeableConcept")),
                medicines,
            ).substances
        ]
        if listed:
            product = Product(tuple(listed), product.form, product.route)
            name = name or " / ".join(one.name for one in listed)
    if name is None:
        return None
    written_form = concept.text(medication.child("form"))
    if product.form is None and written_form:
        form = parse(f"x 1 mg {written_form}", medicines)
        product = Product(product.substances, form.form, form.route, product.atc_classes)
    return name[:_LONGEST_NAME], product


def _days(resource: Element, said: dosage.Dosage, reading: Reading) -> Period:
    own = resource.child("effectivePeriod")
    if own is not None:
        return dates.period(own, reading.zone)
    stated = dates.read(resource, "effectiveDateTime", reading.zone)
    written = dates.read(resource, "authoredOn", reading.zone)
    asserted = dates.read(resource, "dateAsserted", reading.zone)
    start = said.until.start or next(
        (one.first for one in (stated, written, asserted) if one is not None), None
    )
    return Period(start, said.until.end)


def _line(key: str, orders: list[_Order], reading: Reading) -> MedicationLine:
    newest_first = sorted(orders, key=lambda one: (one.written, one.entry.key.id), reverse=True)
    head, earlier = newest_first[0], newest_first[1:]
    starts = [one.period.start for one in orders]
    known_starts = [day for day in starts if day is not None]
    parts = _parts(head, reading)
    unmapped = [one for one in parts if one.drug_class is None]
    for at, order in enumerate(newest_first):
        reason = "earlier-order-of-a-line" if at else None
        if unmapped:
            reading.report.taken(order.entry.key, reason or _why_unmapped(head), order.name)
        else:
            reading.report.mapped(order.entry.key, reason, order.name)
    changed = earlier and head.daily != earlier[0].daily and None not in head.daily.values()
    return MedicationLine(
        key,
        reading.origin(head.entry),
        head.name,
        parts,
        head.status,
        head.stance,
        head.route,
        head.product.form,
        Period(min(known_starts) if len(known_starts) == len(starts) else None, head.period.end),
        head.period.start if changed else None,
        head.basis,
        head.requester,
        head.dosage.text,
        head.reasons,
        tuple(one.entry.key for one in earlier),
    )


def _why_unmapped(order: _Order) -> str:
    known = all(one.known for one in order.product.substances) and order.product.substances
    return "no-class-in-the-tables" if known else "unknown-medicine"


def _parts(order: _Order, reading: Reading) -> tuple[MedicationPart, ...]:
    """State each class of a line once; what has none goes together into one part without a class."""
    by_class: dict[str | None, list[Substance]] = defaultdict(list)
    for substance in order.product.substances:
        for drug_class in _classes(substance, order, reading) or (None,):
            by_class[drug_class].append(substance)
    if not by_class:
        by_class[None] = []
    ranked = sorted(by_class, key=lambda one: (one is None, one or ""))
    return tuple(_part(one, by_class[one], order, reading) for one in ranked)


def _classes(substance: Substance, order: _Order, reading: Reading) -> tuple[str, ...]:
    if order.product.atc_classes:
        return order.product.atc_classes
    ingredient = reading.maps.medicines.ingredients.get(substance.name)
    if ingredient is None:
        return ()
    return ingredient.classes_as(order.product.form, order.route, substance.mg)


def _part(
    drug_class: str | None, substances: Sequence[Substance], order: _Order, reading: Reading
) -> MedicationPart:
    known = reading.maps.medicines.ingredients
    daily = [order.daily.get(one.name) for one in substances]
    given = [one for one in daily if one is not None]
    sedating = any(known[one.name].sedating for one in substances if one.name in known)
    return MedicationPart(
        Origin(order.entry.key, order.entry.identifiers, drug_class or "other"),
        drug_class,
        tuple(dict.fromkeys(one.name for one in substances)),
        round(sum(given), 6) if given and len(given) == len(daily) and drug_class else None,
        True if sedating else None,
    )
