# Every target sets itself up from Python 3.11 or newer, git and make.
# pip takes its index from the machine's own configuration; every package is held to a hash.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench lock clean

BIN := .venv/bin
# A file stays on one worker, so that what its tests share is made once.
PYTEST := $(BIN)/pytest -q -n auto --maxprocesses 4 --dist loadfile
INSTALL := -m pip install -qq --no-compile --no-deps --require-hashes --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate
LOCKS := requirements requirements-dev requirements-bench requirements-duckdb2

help: ## Show the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

demo: .venv/.project ## Reconcile a made estate with known faults; the last line is the report's path
	@$(BIN)/afstem demo

test: .venv/.dev .cache/duckdb2/.installed ## Run all tests, and those of the ledgers on DuckDB 2.0 too
	@$(PYTEST)
	@PYTHONPATH=.cache/duckdb2 $(BIN)/python -c \
		'import duckdb; assert duckdb.__version__ == "2.0.0"; print("The ledgers on DuckDB", duckdb.__version__)'
	@PYTHONPATH=.cache/duckdb2 $(PYTEST) tests/ledger

lint: .venv/.dev ## Check style, types and SQL
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar --nofail-on-warning sql

bench: .venv/.dev .cache/peers/.installed ## Measure, beside the peers in .cache/peers
	@$(BIN)/python -m tests.benchmarks

lock: .venv/.dev ## Remake the hashed locks from requirements*.in (delete one first to upgrade all of it)
	@for lock in $(LOCKS); do echo "Locking $$lock"; $(COMPILE) $$lock.in --output-file $$lock.lock || exit; done

clean: ## Remove the environments and caches
	@rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A name on the PATH may be a launcher for a version that is not there, so each is run before it is chosen.
.venv/.created:
	@for python in $${PYTHON:-python3.13 python3.12 python3.11 python3}; do \
		if $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			echo "Making .venv with $$($$python --version)"; \
			$$python -m venv .venv; touch $@; exit 0; \
		fi; \
	done; \
	echo "No Python 3.11 or newer with venv was found. Install one (Debian: python3 and python3-venv)," \
		"or name it: make PYTHON=/path/to/python3.12" >&2; exit 2

.venv/.project: .venv/.created requirements.lock pyproject.toml
	@echo "Installing what the pipeline runs on"
	@$(BIN)/python $(INSTALL) -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --disable-pip-version-check --editable .
	@touch $@

.venv/.dev: .venv/.project requirements-dev.lock
	@echo "Installing what the tests need"
	@$(BIN)/python $(INSTALL) -r requirements-dev.lock
	@touch $@

.cache/duckdb2/.installed: .venv/.created requirements-duckdb2.lock
	@echo "Installing DuckDB 2.0 beside"
	@rm -rf .cache/duckdb2
	@$(BIN)/python $(INSTALL) --target .cache/duckdb2 -r requirements-duckdb2.lock
	@touch $@

.cache/peers/.installed: .venv/.created requirements-bench.lock
	@echo "Installing the peers beside"
	@rm -rf .cache/peers
	@$(BIN)/python -m venv .cache/peers
	@.cache/peers/bin/python $(INSTALL) -r requirements-bench.lock
	@touch $@
