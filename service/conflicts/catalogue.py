"""Show what the engine knows: its rules, activities, regions, loads and codes."""

from __future__ import annotations

from typing import Any

from service.conflicts.messages import MESSAGES
from service.conflicts.rule import knowledge_version
from service.conflicts.rules import RULES
from service.conflicts.tables import tables
from service.conflicts.taxonomy import taxonomy
from service.conflicts.vocabulary import DIMENSIONS, DISCIPLINES, FACETS, KINDS

KNOWLEDGE_VERSION = knowledge_version()


def rules() -> tuple[dict[str, Any], ...]:
    """Give each rule with its public documentation."""
    return tuple(
        {
            "code": rule.code,
            "type": rule.type,
            "version": rule.version,
            "documentation": rule.documentation.strip(),
            "source": rule.source,
            "fhir": list(rule.fhir),
            "told": rule.told,
            "resolver": rule.resolver,
        }
        for rule in RULES
    )


def activities() -> dict[str, Any]:
    """Give the activities with what they demand, the regions and the loads."""
    body = taxonomy()
    return {
        "version": body.version,
        "activities": [
            {
                "code": item.code,
                "label": item.label,
                "is_a": list(item.is_a),
                "icf": item.icf,
                "demands": [
                    {
                        "load": demand.load,
                        "region": demand.region,
                        "level": demand.level,
                        "inherent": demand.inherent,
                    }
                    for demand in body.demands[item.code]
                ],
            }
            for item in body.activities.values()
        ],
        "regions": [
            {"code": code, "label": label, "part_of": above}
            for code, (label, above) in body.regions.items()
        ],
        "loads": [{"code": code, "label": label} for code, label in body.loads.items()],
    }


def known_codes() -> dict[str, list[str]]:
    """Give every code that a field of a plan may carry and the engine understands."""
    body, drugs = taxonomy(), tables()
    return {
        "activities": sorted(body.activities),
        "regions": sorted(body.regions),
        "loads": sorted(body.loads),
        "drug_classes": sorted(drugs.drug_labels),
        "messages": list(MESSAGES),
        "conditions": sorted(drugs.conditions),
        "observations": sorted(drugs.observations),
        "events": sorted(drugs.events),
        "resources": sorted({need for needs in drugs.resources.values() for need in needs}),
        "dimensions": list(DIMENSIONS),
        "kinds": list(KINDS),
        "disciplines": list(DISCIPLINES),
        **{name: list(words) for name, words in FACETS.items()},
    }


def is_at_or_below(code: str | None, above: str) -> bool:
    """Say whether an activity is another one or a kind of it; an unknown code is neither."""
    return code is not None and above in taxonomy().up.get(code, frozenset({code}))
