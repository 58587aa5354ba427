"""Pure vocabulary and rules of the plan: no HTTP, no database, no clock."""
