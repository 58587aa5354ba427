"""Run the service as a family of processes: one supervisor, its children, and nobody left behind."""
