# `make help` lists what there is. Everything happens in .venv; nothing is installed anywhere else.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-all check format bench docs docs-images lock clean

help: ## say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Consentry needs Python 3.11 or newer; say which with: make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

# The lock files hold names, versions and hashes; the package itself is installed in place, from this folder.
$(VENV)/.core: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Consentry's core into $(VENV) (about 200 MB to download, once) ..."
	@test -e $(VENV)/.dev || $(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what training and tests need into $(VENV) (torch among it: some GB, once) ..."
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --no-deps -e .
	@touch $@ $(VENV)/.core

demo: $(VENV)/.core ## assess the demo posts; writes demo-report/index.html and shards of Parquet
	@rm -rf demo-report
	@$(BIN)/consentry score data/demo/posts.yaml --bank data/demo/bank.csv --out demo-report --page

test: $(VENV)/.dev ## run the tests (under five minutes on two cores)
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(PYTEST_OPTIONS)

test-slow: $(VENV)/.dev ## run the tests that take longer; those that need ../shared say so when they skip
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile -m slow --durations 10

check: $(VENV)/.dev ## lint, format, types, import contracts, lock files, tests with coverage
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tests/check_locks.py
	@$(MAKE) --no-print-directory test PYTEST_OPTIONS="--cov --cov-report=term:skip-covered"

format: $(VENV)/.dev ## put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev ## measure speed side by side with the usual ways
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

docs: $(VENV)/.dev ## build the manual into build/site; warnings are errors
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "The manual: build/site/index.html"

docs-images: $(VENV)/.core ## make the picture of a report that the README shows; needs chromium
	@$(MAKE) --no-print-directory demo
	@$(BIN)/python docs/images/make.py

lock: ## write the lock files anew (needs uv)
	@uv pip compile pyproject.toml --extra train --extra dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet --output-file requirements-dev.lock
	@uv pip compile pyproject.toml --constraint requirements-dev.lock --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet --output-file requirements.lock

clean: ## remove what was built and cached, the virtual environment too
	@rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage* build dist demo-report htmlcov mlruns mlflow.db runs
