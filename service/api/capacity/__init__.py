"""The time and means the patient has."""
