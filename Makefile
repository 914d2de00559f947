# One word for each thing one does here. Needs make and Python 3.11 or newer, nothing else.

.DEFAULT_GOAL := help
.SUFFIXES:

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
ifndef PYTHON
PYTHON := $(shell for each in python3 python3.13 python3.12 python3.11; do \
  if $$each -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then echo $$each; break; fi; done)
endif
BIN := .venv/bin
UV ?= yes
SET ?= dev
SETUP_FLAGS := $(if $(filter no,$(UV)),--no-uv)
PYTEST_FLAGS ?= -q -n auto --dist loadfile
LOCK_FLAGS := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
COMPILE = $(BIN)/uv pip compile $(LOCK_FLAGS)

# The machine's Python makes .venv, or says in one sentence what it lacks.
define SET_UP
@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' >/dev/null 2>&1 || { \
  echo "Peak Trade needs Python 3.11 or newer; install it, or name one: make PYTHON=python3.11 $@" >&2; exit 2; }
@$(PYTHON) -m config.bootstrap $(SETUP_FLAGS)
endef

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

# --- using it ---------------------------------------------------------------------------------

.PHONY: core demo serve
core:
	$(SET_UP) core

demo: core ## the whole story on real data in 90 seconds; no key, no account
	@$(BIN)/peak demo

serve: core ## start desk, copilot and gateway, and leave them running
	@$(BIN)/peak serve

# --- working on it ----------------------------------------------------------------------------

.PHONY: setup test test-all check
setup: ## .venv with everything that tests and checks need
	$(SET_UP) $(SET)

test: setup ## every test
	$(BIN)/pytest $(PYTEST_FLAGS)

test-all: SET := all
test-all: setup ## every test at full volume, with all services and oracles required
	PEAK_TEST_SERVICES=required PEAK_TEST_VOLUME=full $(BIN)/pytest $(PYTEST_FLAGS)

check: lint types contracts ## what must be green before a commit, about a minute
	$(BIN)/pytest $(PYTEST_FLAGS) tests/unit tests/property tests/architecture

.PHONY: fmt lint types contracts
fmt: setup ## format and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lint: setup ## style, and what looks unsafe
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive config engine knowledge guardrails copilot evals

types: setup ## mypy, strict
	$(BIN)/mypy

contracts: setup ## who may import whom
	$(BIN)/lint-imports --no-logo

# --- what is made from the code ---------------------------------------------------------------

.PHONY: golden generated docs lock figures
golden: setup ## renew the golden files; read the difference
	PEAK_TEST_GOLDEN=renew $(BIN)/pytest -q -p no:randomly tests/golden

generated: setup ## renew the tables that the code writes into the docs
	$(BIN)/python -m tests.generated

docs: generated ## renew the generated tables, then check links and commands
	$(BIN)/pytest -q tests/architecture/test_docs.py tests/architecture/test_generated.py

lock: setup ## resolve the locks again; pins that are there are kept
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) --constraint requirements.lock --extra fast --extra research --extra cluster --extra postgres --group dev pyproject.toml --output-file requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock --extra fast --extra research --extra cluster --extra postgres --extra mlflow --group dev --group oracles pyproject.toml --output-file requirements-all.lock
	$(COMPILE) --no-config evals/bench/requirements.in --output-file evals/bench/requirements.lock
	echo uv | $(COMPILE) --no-annotate - --output-file requirements-bootstrap.lock

figures: setup ## sizes, docstrings, annotations, import cycles
	@$(BIN)/python -m evals.figures

.PHONY: bench
bench: setup ## speed against other engines, in their own environment
	$(BIN)/uv venv --quiet --no-config --allow-existing --python $(BIN)/python .venv-bench
	$(BIN)/uv pip sync --quiet --no-config --require-hashes --python .venv-bench/bin/python evals/bench/requirements.lock
	$(BIN)/python -m evals performance --markdown

# --- elsewhere --------------------------------------------------------------------------------

.PHONY: ci clean
ci: ## what the build server runs: packages of the machine, then everything
	.ci/run

clean: ## take away .venv and caches; state/ stays
	rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
