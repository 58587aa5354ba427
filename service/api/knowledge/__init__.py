"""The knowledge the service runs on."""
