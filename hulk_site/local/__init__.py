"""HULK on one machine without Docker: what `dev.py` hands over to once the environment stands."""
