"""Read FHIR R4 records into the plan's words: pure mappings, one file per resource.

`reader.read_file` is the way in. Nothing here knows the database; the tables of codes are knowledge files.
"""
