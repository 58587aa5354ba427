"""Hold what codes of clinic systems mean in our tables; drafts for clinicians to review."""
