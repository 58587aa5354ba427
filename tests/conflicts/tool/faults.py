"""List faults of knowledge files: what is changed on which line, and what has to be said of it."""

from __future__ import annotations

from tests.conflicts.tool.running import KNOWLEDGE

ACTIVITIES, TABLES = "activity_taxonomy.json", "clinical_tables.json"
TEXTS = {name: (KNOWLEDGE / name).read_text() for name in (ACTIVITIES, TABLES)}

# What is changed, in which file, on the one line that holds the first text; and what is said of it.
FAULTS: dict[str, tuple[str, str, str, str, str]] = {
    "unknown parent": (
        ACTIVITIES, '"hiit": {', '["aerobic"]', '["aerobics"]',
        "activity hiit: parent 'aerobics' is unknown; did you mean aerobic?",
    ),
    "parent twice": (
        ACTIVITIES, '"hiit": {', '["aerobic"]', '["aerobic", "aerobic"]',
        "is_a of activity hiit: 'aerobic' stands twice",
    ),
    "activity below nothing": (
        ACTIVITIES, '"hiit": {', '["aerobic"]', "[]",
        "activity hiit is below nothing; the topmost is any",
    ),
    "activity twice": (
        ACTIVITIES, '"hiit": {', '"hiit"', '"cycling"', "'cycling' stands twice (first on line ",
    ),
    "unknown load": (
        ACTIVITIES, '"hiit": {', "cardio@", "cardo@",
        "activity hiit: load 'cardo' is unknown; did you mean cardio?",
    ),
    "unknown region": (
        ACTIVITIES, '"hiit": {', "whole-body:", "whole-bdy:",
        "activity hiit: region 'whole-bdy' is unknown; did you mean whole-body?",
    ),
    "demand without its mark": (
        ACTIVITIES, '"hiit": {', ":3i", ":3",
        "activity hiit: 'cardio@whole-body:3' needs i (inherent) or t (typical)",
    ),
    "demand of level 4": (
        ACTIVITIES, '"hiit": {', ":3i", ":4i",
        "activity hiit: the level of 'cardio@whole-body:4i' must be from 0 to 3",
    ),
    "nothing, inherently": (
        ACTIVITIES, '"hiit": {', ":3i", ":0i",
        "activity hiit: 'cardio@whole-body:0i' takes a demand away, so without i or t",
    ),
    "demand that cannot be read": (
        ACTIVITIES, '"hiit": {', "cardio@whole-body:3i", "hard",
        "activity hiit: 'hard' is not load@region:level with i or t",
    ),
    "demand twice": (
        ACTIVITIES, '"hiit": {', '"cardio@whole-body:3i"',
        '"cardio@whole-body:3i", "cardio@whole-body:3i"',
        "demands of activity hiit: 'cardio@whole-body:3i' stands twice",
    ),
    "label that is a number": (
        ACTIVITIES, '"hiit": {', '"High-intensity interval training"', "7",
        "the label of activity hiit must be a text that is not empty",
    ),
    "misspelt field": (
        ACTIVITIES, '"hiit": {', '"label"', '"lable"',
        "activity hiit has an unknown field 'lable'; did you mean label?",
    ),
    "parents that are a text": (
        ACTIVITIES, '"hiit": {', '["aerobic"]', '"aerobic"', "is_a of activity hiit must be a list",
    ),
    "region of an unknown one": (
        ACTIVITIES, '"thumb": {', '"hand"', '"hnad"',
        "region thumb: parent 'hnad' is unknown; did you mean head or hand?",
    ),
    "region of nothing": (
        ACTIVITIES, '"thumb": {', '"hand"', "null", "region thumb is part of nothing",
    ),
    "levels of an unknown load": (
        ACTIVITIES, '"flex@knee": ["to 45', "flex@", "flexx@",
        "levels: load 'flexx' is unknown; did you mean flex?",
    ),
    "two levels": (
        ACTIVITIES, '"grip": ["light', '"light tool", ', "",
        "levels of grip must be three texts",
    ),
    "bounds out of order": (
        ACTIVITIES, '"rom_levels"', "[60, 90]", "[90, 60]",
        "rom_levels of flex@hip: the second bound must be above the first",
    ),
    "transmitted load that is unknown": (
        ACTIVITIES, '"transmitted"', '"axial"', '"axle"', "transmitted: load 'axle' is unknown",
    ),
    "as_load of an unknown activity": (
        ACTIVITIES, '"bending": ["flex"', '"bending"', '"bendin"',
        "as_load: activity 'bendin' is unknown; did you mean bending?",
    ),
    "as_load in an unknown region": (
        ACTIVITIES, '"bending": ["flex"', '"lumbar"', '"lumber"',
        "as_load of bending: region 'lumber' is unknown; did you mean lumbar?",
    ),
    "counts_as in an unknown dimension": (
        ACTIVITIES, '"as": "walking-long"', '"bout"', '"boot"',
        "counts_as: dimension 'boot' is unknown; did you mean bout?",
    ),
    "opposed to itself": (
        ACTIVITIES, '["bed-rest", "work"]', '"work"', '"bed-rest"',
        "opposed: bed-rest cannot oppose itself",
    ),
    "both_sides of an unknown activity": (
        ACTIVITIES, '"both_sides"', '"standing"', '"standin"',
        "both_sides: activity 'standin' is unknown; did you mean standing",
    ),
    "drug class below an unknown one": (
        TABLES, '"duloxetine": {', '"snri"', '"snris"',
        "drug class duloxetine: parent 'snris' is unknown; did you mean snri",
    ),
    "drug class that is an activity": (
        TABLES, '"ppi": {', '"ppi"', '"walking"', "drug class walking is the code of an activity",
    ),
    "condition twice": (
        TABLES, '"conditions"', '"ckd"', '"ckd", "ckd"', "conditions: 'ckd' stands twice",
    ),
    "observation of a wrong type": (
        TABLES, '"observations"', "365", '"a year"',
        "days of observation egfr must be a whole number from 1 to 36500",
    ),
    "sedating class that is unknown": (
        TABLES, '"classes": ["opioid"', '"opioid"', '"opiod"',
        "sedating classes: drug class 'opiod' is unknown; did you mean opioid",
    ),
    "row on an unknown drug class": (
        TABLES, '"id": "DC07"', '"opioid"', '"opiod"',
        "row DC07: drug class 'opiod' is unknown; did you mean opioid",
    ),
    "row twice": (
        TABLES, '"id": "DC07"', '"DC07"', '"DC06"', "row DC06 stands twice (first on line ",
    ),
    "row of an unknown tier": (
        TABLES, '"id": "DC07"', '"warning"', '"warnin"',
        "row DC07: tier 'warnin' is unknown; did you mean warning?",
    ),
    "row of an unknown FHIR code": (
        TABLES, '"id": "DC07"', '"COND"', '"CONDITION"',
        "row DC07: FHIR code 'CONDITION' is unknown",
    ),
    "row on an unknown condition": (
        TABLES, '"id": "DC07"', '"sleep-apnoea"', '"sleep-apnea"',
        "row DC07: condition 'sleep-apnea' is unknown; did you mean sleep-apnoea?",
    ),
    "row on two facts": (
        TABLES, '"id": "DC07"', '"tier"', '"min_age": 65, "tier"',
        "row DC07 needs exactly one of condition, observation and min_age",
    ),
    "row without a source": (
        TABLES, '"id": "DC07"', '"source"', '"sauce"', "row DC07 has no source",
    ),
    "row for an unknown route": (
        TABLES, '"id": "DC06"', '"oral"', '"aural"',
        "routes of row DC06: route 'aural' is unknown; did you mean oral?",
    ),
    "row lowered to its own tier": (
        TABLES, '"id": "DC15"', '"notice"', '"warning"',
        "row DC15: mitigated_tier must be below its tier, warning",
    ),
    "row lowered by nothing": (
        TABLES, '"id": "DC15"', ', "mitigated_by": "ppi"', "",
        "row DC15 needs both mitigated_by and mitigated_tier",
    ),
    "pair with an unknown class": (
        TABLES, '"id": "DD10"', '"benzodiazepine"', '"benzo"',
        "row DD10: drug class 'benzo' is unknown; did you mean benzodiazepine?",
    ),
    "row on an unknown load": (
        TABLES, '"id": "DA05"', '"impact"', '"impct"',
        "row DA05: load 'impct' is unknown; did you mean impact?",
    ),
    "row on an unknown region": (
        TABLES, '"id": "CA02"', '"thoracic"', '"thorax"',
        "regions of row CA02: region 'thorax' is unknown",
    ),
    "row on an unknown activity": (
        TABLES, '"id": "CA05"', '"electrotherapy"', '"electro"',
        "row CA05: activity 'electro' is unknown; did you mean electrotherapy?",
    ),
    "gap after an unknown event": (
        TABLES, '"id": "SP03"', '"arthroplasty"', '"arthoplasty"',
        "row SP03: event 'arthoplasty' is unknown; did you mean arthroplasty?",
    ),
    "gap at an unknown part": (
        TABLES, '"id": "SP05"', '"spine"', '"spin"',
        "row SP05: region 'spin' is unknown; did you mean spine?",
    ),
    "gap that is a text": (
        TABLES, '"id": "SP03"', "180", '"180"',
        "days of row SP03 must be a whole number from 1 to 36500",
    ),
    "gap with a level that is none": (
        TABLES, '"id": "SP01"', '["xload", 2]', '["xload", 9]',
        "row SP01: the level must be a whole number from 1 to 3",
    ),
    "resource of an unknown activity": (
        TABLES, '"resources"', '"treadmill-walk"', '"treadmil-walk"',
        "resources: activity 'treadmil-walk' is unknown; did you mean treadmill-walk?",
    ),
    "maximum of nothing": (
        TABLES, '"id": "DM01"', "4000", "0", "mg of row DM01 must be above 0",
    ),
    "not JSON": (
        TABLES, '"event_codes"', "[", "[,", "this is not JSON (column ",
    ),
    "not a number": (
        TABLES, '"id": "SP03"', "180", "NaN", "this is not a number of JSON",
    ),
}  # fmt: skip


def planted(file: str, anchor: str, old: str, new: str) -> tuple[str, int]:
    """Change the one line that holds a text; give the whole text and the line of the change."""
    lines = TEXTS[file].splitlines(keepends=True)
    [at] = [number for number, line in enumerate(lines) if anchor in line]
    start = lines[at].index(anchor)
    following = "".join(lines[at:])
    changed = following.index(old, start)
    text = "".join(lines[:at]) + following[:changed] + new + following[changed + len(old) :]
    return text, at + 1 + following[:changed].count("\n")
