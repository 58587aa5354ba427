"""What the patient's job asks of the body."""
