"""Make plans of many statements, as four disciplines might leave them behind over the years; always the same ones."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from service.conflicts.messages import MESSAGES
from service.conflicts.tables import tables
from service.conflicts.taxonomy import taxonomy

AS_OF = date(2026, 1, 5)
AUTHORS = (
    {"id": "dr", "discipline": "physician"},
    {"id": "pt", "discipline": "physiotherapy"},
    {"id": "ot", "discipline": "occupational-therapy"},
    {"id": "psy", "discipline": "psychology"},
)
# What is asked is named plainly; "exercise" or "any" would meet everything there is.
_ASKED = tuple(
    code for code, below in taxonomy().down.items() if len(below) == 1 and code != "bed-rest"
)
_LIMITED = tuple(code for code, below in taxonomy().down.items() if len(below) <= 4)
_PLACED = sorted(
    {(demand.load, demand.region) for demands in taxonomy().demands.values() for demand in demands}
)
_DRUGS = sorted(tables().drug_up)


def plan_of(statements: int, seed: int = 7) -> dict[str, Any]:
    """Give a plan document of so many live statements, with capacity and facts of the patient."""
    chance = random.Random(seed)  # a plan, not a secret
    return {
        "as_of": AS_OF.isoformat(),
        "patient": {"birth_year": 1961},
        "recommendations": [statement(chance, f"s{number:04}") for number in range(statements)],
        "conditions": [{"id": "c0", "code": "ckd"}, {"id": "c1", "code": "osteoporosis"}],
        "capacity": {
            "id": "capacity",
            "hours_per_week": 168,
            "minutes_per_day": {"baseline": 1440},
            "resources": ["gym", "pool"],
        },
    }


def statement(chance: random.Random, code: str) -> dict[str, Any]:
    """Make one statement: mostly something asked, now and then a limit, a medicine or a message."""
    start = AS_OF + timedelta(days=chance.randrange(-90, 30))
    said: dict[str, Any] = {
        "id": code,
        "version": 1,
        "recorded_at": "2026-01-01T08:00:00Z",
        "author": chance.choice(AUTHORS),
        "period": {
            "start": start.isoformat(),
            "end": (start + timedelta(days=chance.randrange(20, 120))).isoformat(),
        },
    }
    kind = chance.random()
    if kind < 0.45:
        low = chance.choice((5, 10, 20))
        dose = {"dimension": "session", "low": low, "high": 2 * low, "unit": "min"}
        often = {"dimension": "frequency", "low": 2, "high": 3, "unit": "1/wk"}
        stance = chance.choice(("recommend", "recommend", "require"))
        said |= {"kind": "exercise", "stance": stance, "action": chance.choice(_ASKED)}
        said["dose"] = [dose, often]
    elif kind < 0.6:
        stance = chance.choice(("recommend", "permit"))
        said |= {"kind": "activity", "stance": stance, "action": chance.choice(_ASKED)}
    elif kind < 0.75:
        stance = chance.choice(("discourage", "prohibit"))
        said |= {"kind": "activity", "stance": stance, "action": chance.choice(_LIMITED)}
    elif kind < 0.84:
        load, region = chance.choice(_PLACED)
        target = {"load": load, "region": region, "min_level": chance.randint(2, 3)}
        said |= {"kind": "activity", "stance": "discourage", "load_target": target}
    elif kind < 0.92:
        medication = {"drug_class": chance.choice(_DRUGS), "route": "oral"}
        said |= {"kind": "medication", "stance": "recommend", "medication": medication}
    else:
        said |= {"kind": "education", "stance": "recommend", "message": chance.choice(MESSAGES)}
    return said
