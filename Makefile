# Every target sets itself up from Python 3.11, 3.12 or 3.13, git and make.
# Every package is held to a hash. uv installs it; where the machine's package index is configured for pip alone,
# so that uv cannot reach it, pip does the same with the same lock.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test test-airflow airflow lint bench lock clean

BIN := .venv/bin
# A file stays on one worker, so that what its tests share is made once.
PYTEST := $(BIN)/pytest -q -m "not airflow" -n auto --maxprocesses 4 --dist loadfile
UV := $(BIN)/uv --system-certs pip install --quiet --no-deps --require-hashes
PIP := -m pip install -qq --no-compile --no-deps --require-hashes --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate
LOCKS := requirements requirements-airflow requirements-dev requirements-bench requirements-duckdb2 requirements-uv

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

demo: .venv/.project ## Reconcile a made estate with known faults; the last line is the report's path
	@$(BIN)/afstem demo

test: .venv/.dev .cache/duckdb2/.installed ## Run all tests, and those of the ledgers on DuckDB 2.0 too
	@$(PYTEST)
	@PYTHONPATH=.cache/duckdb2 $(BIN)/python -c \
		'import duckdb; assert duckdb.__version__ == "2.0.0"; print("The ledgers on DuckDB", duckdb.__version__)'
	@PYTHONPATH=.cache/duckdb2 $(PYTEST) tests/ledger

test-airflow: .venv/.dev ## Run the tests that start Airflow and its schedulers: minutes each
	@$(BIN)/pytest -q -m airflow tests/airflow tests/docker

airflow: .venv/.airflow ## Start Airflow with a made estate, and run a whole night of it
	@$(BIN)/python -m pipelines.demo.airflow

lint: .venv/.dev ## Check style, types and SQL
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar sql pipelines/sources

bench: .venv/.dev .cache/peers/.installed ## Measure, beside the peers in .cache/peers
	@$(BIN)/python -m tests.benchmarks

lock: .venv/.dev ## Remake the hashed locks from requirements*.in (delete one first to upgrade all of it)
	@for lock in $(LOCKS); do echo "Locking $$lock"; $(COMPILE) $$lock.in --output-file $$lock.lock || exit; done

clean: ## Remove the environments and caches
	@rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A name on the PATH may be a launcher for a version that is not there, so each is run before it is chosen.
.venv/.created: requirements-uv.lock
	@for python in $${PYTHON:-python3.13 python3.12 python3.11 python3}; do \
		if $$python -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then \
			echo "Making .venv with $$($$python --version)"; \
			$$python -m venv .venv && .venv/bin/python $(PIP) -r requirements-uv.lock && touch $@; exit; \
		fi; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 with venv was found. Install one (Debian: python3 and python3-venv)," \
		"or name it: make PYTHON=/path/to/python3.12" >&2; exit 2

.venv/.project: .venv/.created requirements.lock pyproject.toml
	@echo "Installing what the pipeline runs on"
	@$(UV) --python $(BIN)/python -r requirements.lock || $(BIN)/python $(PIP) -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --disable-pip-version-check --editable .
	@touch $@

.venv/.airflow: .venv/.project requirements-airflow.lock
	@echo "Installing Airflow"
	@$(UV) --python $(BIN)/python -r requirements-airflow.lock || $(BIN)/python $(PIP) -r requirements-airflow.lock
	@touch $@

.venv/.dev: .venv/.project requirements-dev.lock
	@echo "Installing what the tests need"
	@$(UV) --python $(BIN)/python -r requirements-dev.lock || $(BIN)/python $(PIP) -r requirements-dev.lock
	@touch $@

.cache/duckdb2/.installed: .venv/.created requirements-duckdb2.lock
	@echo "Installing DuckDB 2.0 beside"
	@rm -rf .cache/duckdb2
	@$(UV) --python $(BIN)/python --target .cache/duckdb2 -r requirements-duckdb2.lock \
		|| $(BIN)/python $(PIP) --target .cache/duckdb2 -r requirements-duckdb2.lock
	@touch $@

.cache/peers/.installed: .venv/.created requirements-bench.lock
	@echo "Installing the peers beside"
	@rm -rf .cache/peers
	@$(BIN)/python -m venv .cache/peers
	@$(UV) --python .cache/peers/bin/python -r requirements-bench.lock \
		|| .cache/peers/bin/python $(PIP) -r requirements-bench.lock
	@touch $@
