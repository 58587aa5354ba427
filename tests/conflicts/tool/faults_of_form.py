"""List faults of form, small ones that a slip of the keyboard makes; see `faults.py`."""

from __future__ import annotations

from tests.conflicts.tool.faults import ACTIVITIES, TABLES

FAULTS_OF_FORM: dict[str, tuple[str, str, str, str, str]] = {
    "unknown part": (
        ACTIVITIES, '"transmitted"', '"transmitted"', '"transmited"',
        "the file has an unknown field 'transmited'; did you mean transmitted?",
    ),
    "about": (ACTIVITIES, '"about"', '"about": "', '"about": 7, "version": "', "about must be a text"),
    "version": (ACTIVITIES, '"version"', '"2026.5"', "2026", "version must be a text"),
    "load in capitals": (
        ACTIVITIES, '"cog": "', '"cog"', '"Cog"', "load 'Cog': a code is lower-case letters",
    ),
    "label of a load": (
        ACTIVITIES, '"cog": "', '"cognitive load / stress"', "[]", "the label of load cog must be a text",
    ),
    "region in capitals": (
        ACTIVITIES, '"jaw": {', '"jaw"', '"Jaw"', "region 'Jaw': a code is lower-case letters and hyphens",
    ),
    "label of a region": (
        ACTIVITIES, '"jaw": {', '"Jaw (temporomandibular joint)"', '""', "the label of region jaw must be",
    ),
    "icf of a region": (
        ACTIVITIES, '"jaw": {', '"icf": null', '"icf": 7', "the icf code of region jaw must be a text",
    ),
    "whole body in something": (
        ACTIVITIES, '"whole-body": {', '"part_of": null', '"part_of": "jaw"',
        "region whole-body is the largest and part of nothing",
    ),
    "activity with a blank": (
        ACTIVITIES, '"hiit": {', '"hiit"', '"hi it"', "activity 'hi it': a code is lower-case letters",
    ),
    "icf of an activity": (
        ACTIVITIES, '"hiit": {', '"b455"', "455", "the icf code of activity hiit must be a text",
    ),
    "topmost in something": (
        ACTIVITIES, '"any": {', '"is_a": []', '"is_a": ["walking"]',
        "activity any is the topmost and below nothing",
    ),
    "load read from nothing": (
        ACTIVITIES, '"bending": ["flex"', '"flex"', '"flx"', "as_load of bending: load 'flx' is unknown",
    ),
    "level read from nothing": (
        ACTIVITIES, '"bending": ["flex"', "2]", "4]",
        "the level of as_load of bending must be a whole number from 1 to 3",
    ),
    "as_load of two": (
        ACTIVITIES, '"bending": ["flex"', ", 2]", "]",
        "as_load of bending must be a list of load, region and level",
    ),
    "bounds of an unknown load": (
        ACTIVITIES, '"rom_levels"', '"flex@hip"', '"flx@hip"', "rom_levels: load 'flx' is unknown",
    ),
    "bounds in an unknown region": (
        ACTIVITIES, '"rom_levels"', '"flex@hip"', '"flex@hp"', "rom_levels: region 'hp' is unknown",
    ),
    "one bound": (
        ACTIVITIES, '"rom_levels"', "[60, 90]", "[60]", "rom_levels of flex@hip must be two bounds",
    ),
    "bound that is a text": (
        ACTIVITIES, '"rom_levels"', "[60, 90]", '["60", 90]', "rom_levels of flex@hip must be a number",
    ),
    "levels in an unknown region": (
        ACTIVITIES, '"flex@knee": ["to 45', "@knee", "@knees", "levels: region 'knees' is unknown",
    ),
    "level without words": (
        ACTIVITIES, '"grip": ["light', '"firm"', '""', "a level of grip must be a text",
    ),
    "counted from a text": (
        ACTIVITIES, '"as": "walking-long"', "60", '"60"', "counts_as above must be a number",
    ),
    "counted without a unit": (
        ACTIVITIES, '"as": "walking-long"', '"min"', '""', "counts_as unit must be a text",
    ),
    "counted by half": (
        ACTIVITIES, '"work-hours", "above"', "true", '"yes"', "counts_as typical must be true or false",
    ),
    "counted as an unknown activity": (
        ACTIVITIES, '"as": "walking-long"', '"walking-long"', '"walking-lng"',
        "counts_as as: activity 'walking-lng' is unknown; did you mean walking-long",
    ),
    "opposed to nothing": (
        ACTIVITIES, '["bed-rest", "work"]', '["bed-rest", "work"]', '["bed-rest"]',
        "an entry of opposed must be a list of two activities",
    ),
    "opposed twice": (
        ACTIVITIES, '["bed-rest", "work"]', '"work"', '"physical-activity"',
        "opposed: the pair bed-rest and physical-activity stands twice (first on line ",
    ),
    "unknown table": (
        TABLES, '"same_class_silent"', '"same_class_silent"', '"same_class"',
        "the file has an unknown field 'same_class'",
    ),
    "about the tables": (TABLES, '"about"', '"about": "', '"about": 7, "version": "', "about must be"),
    "version of the tables": (TABLES, '"version"', '"2026.5"', "2026", "version must be a text"),
    "label of a drug class": (
        TABLES, '"ppi": {', '"Proton-pump inhibitor"', "7", "the label of drug class ppi must be a text",
    ),
    "unknown class, silent": (
        TABLES, '"same_class_silent"', '"diuretic"', '"diuretics"',
        "same_class_silent: drug class 'diuretics' is unknown; did you mean diuretic?",
    ),
    "silent alone": (
        TABLES, '"drug_drug_silent"', '["opioid", "ssri"]', '["opioid"]',
        "an entry of drug_drug_silent must be a list of two drug classes",
    ),
    "silent with an unknown one": (
        TABLES, '"drug_drug_silent"', '"ssri"', '"ssrii"',
        "drug_drug_silent: drug class 'ssrii' is unknown; did you mean ssri",
    ),
    "label of an observation": (
        TABLES, '"observations"', '"Estimated glomerular filtration rate"', "7",
        "the label of observation egfr must be a text",
    ),
    "unit of an observation": (
        TABLES, '"observations"', '"mL/min"', "7", "an entry of units of observation egfr must be a text",
    ),
    "bound of an observation": (
        TABLES, '"observations"', '"keeps_below": 60', '"keeps_below": "60"',
        "keeps_below of observation egfr must be a number",
    ),
    "window of no days": (
        TABLES, '"window_days"', "28", "0", "window_days of sedating must be a whole number",
    ),
    "unknown critical activity": (
        TABLES, '"critical_actions"', '"ladder"', '"lader"',
        "critical_actions: activity 'lader' is unknown; did you mean ladder?",
    ),
    "sedating without a source": (
        TABLES, '"source": "dispensing', '"source"', '"sources"', "sedating has an unknown field 'sources'",
    ),
    "sedating with an empty source": (
        TABLES, '"source": "dispensing', '"source": "', '"source": "", "about": "',
        "the source of sedating must be a text",
    ),
    "allergy of an unknown tier": (
        TABLES, '"allergy"', '"critical"', '"fatal"', "allergy: tier 'fatal' is unknown",
    ),
    "allergy with an empty source": (
        TABLES, '"allergy"', '"product labels; any class with its is_a"', '""',
        "the source of allergy must be a text",
    ),
    "unknown observation": (
        TABLES, '"id": "DC01"', '"egfr"', '"gfr"', "row DC01: observation 'gfr' is unknown; did you mean egfr?",
    ),
    "range of nothing": (
        TABLES, '"id": "DC01"', ', "below": 30', "", "row DC01: its observation needs at_least or below",
    ),
    "range upside down": (
        TABLES, '"id": "DC02"', '"at_least": 30', '"at_least": 70',
        "row DC02: at_least must be smaller than below",
    ),
    "unless unknown": (
        TABLES, '"id": "DC03"', '"egfr"', '"gfr"', "row DC03: observation 'gfr' is unknown",
    ),
    "age in words": (
        TABLES, '"id": "DC21"', "65", '"old"', "min_age of row DC21 must be a whole number from 1 to 120",
    ),
    "id that is a number": (
        TABLES, '"id": "DC21"', '"DC21"', "21", "the id of a row of drug_condition must be a text",
    ),
    "source that is empty": (
        TABLES, '"id": "DC21"', '"AGS Beers 2023"', '" "', "the source of row DC21 must be a text",
    ),
    "lowered by an unknown class": (
        TABLES, '"id": "DC15"', '"ppi"', '"pppi"', "row DC15: drug class 'pppi' is unknown; did you mean ppi?",
    ),
    "routes of nothing": (
        TABLES, '"id": "DD01"', '"a_routes"', '"c_routes"', "row DD01 has c_routes and no c",
    ),
    "unknown route of a pair": (
        TABLES, '"id": "DD01"', '"oral"', '"aural"', "a_routes of row DD01: route 'aural' is unknown",
    ),
    "tier of a pair": (
        TABLES, '"id": "DD10"', '"critical"', '"dire"', "row DD10: tier 'dire' is unknown",
    ),
    "maximum of an unknown class": (
        TABLES, '"id": "DM01"', '"paracetamol"', '"paracetamole"',
        "row DM01: drug class 'paracetamole' is unknown; did you mean paracetamol?",
    ),
    "maximum of an unknown FHIR code": (
        TABLES, '"id": "DM01"', '"MDOSE"', '"COND"', "row DM01: FHIR code 'COND' is unknown",
    ),
    "gap on nothing": (
        TABLES, '"id": "SP03"', '"actions": ["running", "jumping", "contact-sport"], ', "",
        "row SP03 needs actions or loads",
    ),
    "gap on an unknown activity": (
        TABLES, '"id": "SP03"', '"running"', '"runing"', "row SP03: activity 'runing' is unknown; did you mean",
    ),
    "gap on a load without a level": (
        TABLES, '"id": "SP01"', '["xload", 2]', '["xload"]', "row SP01: a load is a list of load and level",
    ),
    "gap on an unknown load": (
        TABLES, '"id": "SP01"', '"xload"', '"load"', "row SP01: load 'load' is unknown; did you mean xload?",
    ),
    "any region, perhaps": (
        TABLES, '"id": "SP02"', "true", '"yes"', "any_region of row SP02 must be true or false",
    ),
    "no resources": (
        TABLES, '"treadmill-walk": ["treadmill"', '["treadmill", "gym"]', "[]",
        "resources of treadmill-walk: one at least is needed",
    ),
    "unknown dimension": (
        TABLES, '"id": "DA01"', '"heart-rate"', '"heartrate"',
        "row DA01: dimension 'heartrate' is unknown; did you mean heart-rate?",
    ),
    "unknown class against an activity": (
        TABLES, '"id": "DA01"', '"beta-blocker"', '"beta-bloker"', "row DA01: drug class 'beta-bloker' is unknown",
    ),
    "unknown condition against a load": (
        TABLES, '"id": "CA04"', '"unstable-cardiac-disease"', '"cardiac"',
        "row CA04: condition 'cardiac' is unknown; did you mean unstable-cardiac-disease?",
    ),
    "unknown supervision": (
        TABLES, '"id": "CA04"', '"supervised"', '"watched"', "row CA04: supervision 'watched' is unknown",
    ),
    "activity and load": (
        TABLES, '"id": "CA04"', '"load"', '"action": "walking", "load"',
        "row CA04 needs an action or a load, and not both",
    ),
    "tier of an activity row": (
        TABLES, '"id": "CA04"', '"critical"', '"dire"', "row CA04: tier 'dire' is unknown",
    ),
}  # fmt: skip
