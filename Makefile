# Each target is a command of dev.py, which needs only Python 3.11 or newer.
.PHONY: help run test lint bench

PYTHON ?= python3

help:  ## Say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/'

run:  ## Start HULK here, with everything it needs (PORT=8000)
	@$(PYTHON) dev.py up

test:  ## Run the tests, browser included (ARGS="tests/scoring -x" for some of them)
	@$(PYTHON) dev.py test $(ARGS)

lint:  ## Check style, types, templates, settings and deployment files
	@$(PYTHON) dev.py lint

bench:  ## Measure what is promised about speed (ARGS="accuracy" for some of it; all takes about ten minutes)
	@$(PYTHON) dev.py bench $(ARGS)
