"""`hulk`, the command line for submitters: it stands on `scoring` alone, so that nobody installs Django to submit."""
