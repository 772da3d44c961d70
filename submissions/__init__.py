"""What people send, privately, until it is approved."""
