"""Times the patient is asked to attend."""
