"""What the team advises the patient."""
