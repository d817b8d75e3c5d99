# Everything a developer does here. Needs Python 3.11 or newer, make and git; the rest is set up on the way.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
CODE := contracts deploy eventlog hosting operate services shared_kernel benchmarks tests

.DEFAULT_GOAL := help
.PHONY: help setup demo up down check test test-unit fetch contracts bench

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv with everything that requirements.lock names

demo: $(READY) ## Watch complaints travel through the services, over a real Kafka
	@$(BIN)/python -m operate.cli demo

up: $(READY) ## Start the local stack: PostgreSQL, Kafka, the services
	@$(BIN)/python -m operate.cli up

down: $(READY) ## Stop the local stack
	@$(BIN)/python -m operate.cli down

check: $(READY) ## Format, lint, types, imports, dead code, contracts drift
	$(BIN)/ruff format --check $(wildcard $(CODE))
	$(BIN)/ruff check $(wildcard $(CODE))
	$(BIN)/mypy $(wildcard $(CODE))
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/python -m operate.cli contracts check

# Compiled once and kept beside the packages: reading some hundred files anew is a quarter of the time of the
# pure tests, and half of what each start of a service takes.
COMPILED := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/$(VENV)/bytecode

# What a broker of some minutes saves by the compiler's second stage it pays twice for.
SHORT_LIVED := JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1

test: fetch ## All tests, on the real engines
	$(COMPILED) $(SHORT_LIVED) $(BIN)/pytest

test-unit: $(READY) ## The pure tests: no server, under ten seconds
	$(COMPILED) $(BIN)/pytest tests/unit

contracts: $(READY) ## Render the JSON Schemas and asyncapi.yaml from the models
	$(BIN)/python -m operate.cli contracts render

bench: fetch ## Measure, side by side with the naive peer
	$(BIN)/python -m benchmarks

fetch: $(READY)
	@$(BIN)/python -m operate.cli fetch

# uv installs in seconds what takes pip a minute; where it cannot reach the index as pip can, pip does it.
# The command `amends` and the import paths point at this checkout.
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Amends needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "No virtual environment could be made (on Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@echo "Setting up .venv from requirements.lock, once"
	@awk '/^[^ #]/ { of_uv = /^uv==/ } of_uv' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement $(VENV)/uv.lock
	@$(BIN)/uv pip install --python $(BIN)/python --require-hashes --requirement requirements.lock || \
	  $(BIN)/pip install --disable-pip-version-check --require-hashes --requirement requirements.lock
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/amends.pth"
	@printf '#!/bin/sh\nexec "%s/$(BIN)/python" -m operate.cli "$$@"\n' "$(CURDIR)" > $(BIN)/amends
	@chmod +x $(BIN)/amends
	@touch $(READY)
