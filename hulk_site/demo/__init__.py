"""The demo edition: three tiny made-up tasks, so that a submission can be verified without licensed data."""
