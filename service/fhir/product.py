"""Tell what a medicine is: its ingredients with their strengths, its form and its route.

Names follow RxNorm's grammar ("12 HR Oxycodone Hydrochloride 60 MG Extended Release Oral Tablet", parts of a
combination between " / ") or are written by hand ("Ibuprofen 400mg tablet").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.domain.clinical_record import Coding
from service.fhir.maps import ATC, RXNORM, Medicines

_MASS = {"mg": 1.0, "mcg": 0.001, "ug": 0.001, "µg": 0.001, "g": 1000.0, "gm": 1000.0}
_STRENGTH = re.compile(
    r"(?P<value>\d[\d,]*(?:\.\d+)?)\s*"
    r"(?P<unit>mg|mcg|ug|µg|gm|g|unt|units?|iu|meq|mmol|ml|%)"
    r"(?:\s*/\s*(?P<per>\d+(?:\.\d+)?)?\s*(?P<of>ml|actuat|hr|h|mg|g|dose|spray))?(?![a-z])",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:nda\d+\s+)?(?:\d+(?:\.\d+)?\s*(?:hr|ml|actuat|unt)\s+)+", re.IGNORECASE)
_BRAND = re.compile(r"\[([^\]]+)\]")

# The first pattern found in a name decides its form and the route that form implies.
_FORMS: tuple[tuple[str, str, str | None], ...] = (
    (r"transdermal|\bpatch", "patch", "other"),
    (r"ophthalmic|\beye\b", "eye-drops", "other"),
    (r"\botic\b|\bear\b", "ear-drops", "other"),
    (r"\bnasal", "nasal-spray", "other"),
    (r"inhal|nebuli[sz]|/actuat", "inhaler", "other"),
    (r"\brectal|suppositor", "suppository", "other"),
    (r"\bvaginal", "vaginal", "other"),
    (r"sublingual|\bbuccal", "sublingual-tablet", "other"),
    (r"chewable", "chewable-tablet", "oral"),
    (r"disintegrat|orodispers", "orodispersible-tablet", "oral"),
    (r"capsule|\bcaps?\b", "capsule", "oral"),
    (r"\btopical|\bcream\b|ointment|\bgel\b|\blotion", "topical", "topical"),
    (
        r"inject|syringe|cartridge|\bvial|infusion|intraven|subcutan|intramusc",
        "injection",
        "injected",
    ),
    (r"tablet|\btabs?\b", "tablet", "oral"),
    (r"powder for oral|oral powder|granules", "oral-powder", "oral"),
    (r"oral (?:solution|suspension|liquid|drops)|syrup|elixir", "oral-liquid", "oral"),
    (r"\bday pack", "pack", "oral"),
)
_EXTENDED = re.compile(
    r"extended|modified|sustained|prolonged|controlled.release|\b(?:12|24) hr\b", re.IGNORECASE
)
_DELAYED = re.compile(r"delayed|enteric|gastro.resistant", re.IGNORECASE)
COUNTED = ("tablet", "capsule", "suppository")


@dataclass(frozen=True, slots=True)
class Substance:
    """Hold one ingredient as a product has it; `mg` is of one piece, `mg_per_ml` of a liquid."""

    name: str
    known: bool
    strength: str | None = None
    mg: float | None = None
    mg_per_ml: float | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """Hold what a medicine is; `atc_classes` where only an ATC group tells."""

    substances: tuple[Substance, ...]
    form: str | None
    route: str | None
    atc_classes: tuple[str, ...] = ()

    @property
    def is_counted(self) -> bool:
        return self.form is not None and any(word in self.form for word in COUNTED)


def _release(lowered: str) -> str:
    if _EXTENDED.search(lowered):
        return "extended-release-"
    return "delayed-release-" if _DELAYED.search(lowered) else ""


def form_of(text: str) -> tuple[str | None, str | None]:
    """Give the form a name tells, and the route that form implies."""
    lowered = text.lower()
    for pattern, form, route in _FORMS:
        if re.search(pattern, lowered):
            return _release(lowered) + form if form in ("tablet", "capsule") else form, route
    return None, "oral" if re.search(r"\boral\b|\bby mouth\b", lowered) else None


def with_strength(name: str, known: bool, written: str | None) -> Substance:
    """Add a strength ("60 mg", "10 mg/ml") to a substance."""
    found = _STRENGTH.search(written) if written else None
    if found is None:
        return Substance(name, known)
    value = float(found["value"].replace(",", ""))
    unit = found["unit"].lower()
    per, of = float(found["per"] or 1), (found["of"] or "").lower()
    if per == 0:
        return Substance(name, known)
    if unit in _MASS:
        value, unit = value * _MASS[unit], "mg"
    value = round(value / per, 9)
    text = f"{value:.9g} {unit}" + (f"/{of}" if of else "")
    is_mass = unit == "mg"
    return Substance(
        name,
        known,
        text,
        value if is_mass and not of else None,
        value if is_mass and of == "ml" else None,
    )


def parse(text: str, medicines: Medicines) -> Product:
    """Read a name into ingredients, strengths, form and route."""
    brand = _BRAND.search(text)
    bare = _BRAND.sub(" ", text).strip()
    form, route = form_of(bare)
    substances: list[Substance] = []
    for component in re.split(r"\s+/\s+", _LEAD.sub("", bare)):
        strength = _STRENGTH.search(component)
        name = component[: strength.start()] if strength else component
        names = medicines.named_in(name) or (medicines.named_in(component) if strength else ())
        written = strength.group() if strength else None
        if names:
            single = len(names) == 1
            substances += [with_strength(one, True, written if single else None) for one in names]
        else:
            substances.append(with_strength(_bare_name(name, medicines), False, written))
    if brand is not None and not any(one.known for one in substances):
        names = medicines.named_in(brand.group(1))
        strengths = [one.strength for one in substances] if len(names) == len(substances) else []
        if names:
            substances = [
                with_strength(name, True, strengths[at] if strengths else None)
                for at, name in enumerate(names)
            ]
    unique = {(one.name, one.strength): one for one in substances if one.name}
    return Product(tuple(unique.values()), form, route)


def _bare_name(name: str, medicines: Medicines) -> str:
    words = re.sub(r"[^\w+.,'-]+", " ", name.lower()).split()
    # "Potassium chloride" is a salt itself; only behind a substance does a salt say nothing more.
    kept = words[:1] + [word for word in words[1:] if word not in medicines.salts]
    return " ".join(kept).strip(" ,.-")[:120]


def identify(codings: Sequence[Coding], text: str | None, medicines: Medicines) -> Product:
    """Tell what a medicine is from its codes first, then from its names."""
    for coding in codings:
        if coding.system == RXNORM and coding.code in medicines.products:
            known = medicines.products[coding.code]
            parts = tuple(with_strength(name, True, strength) for name, strength in known.parts)
            return Product(parts, known.form, known.route)
    names = [*(coding.display for coding in codings if coding.display), *([text] if text else [])]
    read = [parse(name, medicines) for name in dict.fromkeys(names)]
    best = max(read, key=_how_much_known) if read else Product((), None, None)
    by_code = _ingredients_of_codes(codings, medicines)
    if by_code:
        if {one.name for one in best.substances} >= set(by_code):
            return best
        strengths = [one.strength for one in best.substances]
        alone = strengths[0] if len(by_code) == 1 and len(strengths) == 1 else None
        return replace(best, substances=tuple(with_strength(one, True, alone) for one in by_code))
    if any(one.known for one in best.substances):
        return best
    for coding in codings:
        if coding.system == ATC and coding.code:
            classes = medicines.classes_of_atc(coding.code)
            if classes is not None:
                name = best.substances[0] if best.substances else Substance(coding.code, True)
                return replace(best, substances=(replace(name, known=True),), atc_classes=classes)
    if not best.substances:
        codes = [f"{coding.code}" for coding in codings if coding.code]
        return Product((Substance(codes[0], False),) if codes else (), best.form, best.route)
    return best


def _how_much_known(product: Product) -> tuple[int, int, int]:
    known = sum(one.known for one in product.substances)
    unknown = len(product.substances) - known
    return known, -unknown, sum(one.strength is not None for one in product.substances)


def _ingredients_of_codes(codings: Sequence[Coding], medicines: Medicines) -> list[str]:
    found = []
    for coding in codings:
        if coding.system == RXNORM and coding.code in medicines.of_rxnorm:
            found.append(medicines.of_rxnorm[coding.code])
        elif coding.system == ATC and coding.code in medicines.of_atc:
            found.append(medicines.of_atc[coding.code])
    return list(dict.fromkeys(found))
