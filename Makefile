# SPDX-License-Identifier: AGPL-3.0-or-later
# Every target does its own set-up and can be repeated. `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LID ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format bench proof train eval lock clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sawt needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: $(BIN)/python requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run

setup: $(VENV)/.dev ## Create .venv with everything that running, testing and training need

run: $(VENV)/.run ## Start the whole service with a simulator, on http://127.0.0.1:8000
	$(BIN)/python -m bot run

test: $(VENV)/.dev ## Run all tests, the quick ones first
	$(BIN)/python -m pytest -n 2 -m "not proof and not browser" -q
	$(BIN)/python -m pytest -m "proof or browser" -q

lint: $(VENV)/.dev ## Check style, types and catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m locales.check

format: $(VENV)/.dev ## Put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## Measure intake, acknowledgement, replies, routing, memory and start
	$(BIN)/python -m tests.benchmarks

proof: $(VENV)/.dev ## The long form of the long proofs: more worlds, more kills
	SAWT_PROOF=long $(BIN)/python -m pytest -m proof --timeout 3600 -q

train: $(VENV)/.dev ## Rebuild the models byte for byte; LID=<folder> adds text for language identification
	$(BIN)/python -m routing.train $(if $(LID),--lid $(LID))

eval: $(VENV)/.dev ## Measure routing on the test part and hold it to its floors
	$(BIN)/python -m routing.train.evaluate

lock: $(VENV)/.dev ## Make the lock files anew from pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --all-extras \
		pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		pyproject.toml -c requirements-dev.lock -o requirements.lock

clean: ## Remove what the targets made, except the data in var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
