"""What the patient would rather do, or not do."""
