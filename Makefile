# Aliases only: everything happens in bootstrap.py, which runs where there is no make.
.DEFAULT_GOAL := help
PYTHON ?= python3
ARGS ?=

.PHONY: help
help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

.PHONY: setup
setup: ## install everything a contributor needs
	$(PYTHON) bootstrap.py setup

.PHONY: test
test: ## lint, every test that needs no root, the coverage gate (ARGS="tests/unit -k name" for some tests only)
	$(PYTHON) bootstrap.py test $(ARGS)

.PHONY: test-all
test-all: ## the same with Debian's packages; a skipped test is a failure
	$(PYTHON) bootstrap.py test --all

.PHONY: lint
lint: ## formatting, rules, types, import contracts, sizes, locks
	$(PYTHON) bootstrap.py lint

.PHONY: format
format: ## format the code and mend what can be mended
	$(PYTHON) bootstrap.py format

.PHONY: lock
lock: ## resolve pyproject.toml into both locks (ARGS=--upgrade for newer versions)
	$(PYTHON) bootstrap.py lock $(ARGS)
