"""What happened to the patient."""
