"""What people do with a plan: one verb per function, (session, actor, …), reading as the clinic speaks."""
