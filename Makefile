# `make help` lists what there is. Everything happens in .venv; nothing is installed anywhere else.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# Exactly what a lock file names is installed, each file checked by its hash, on every pip: none of them resolves anything
# (--no-deps; pip 23.2 looks past the pin of "coverage" once somebody asks for "coverage[toml]"), and nothing is built with
# tools that pip fetches by itself in their newest release (--no-build-isolation; requirements-build.lock has them).
# `pip check`, and tests/installation for what extras ask for, say whether anything is missing.
INSTALL := $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation
COMPILE := uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-coverage check lint format bench docs docs-images lock clean

help: ## say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Consentry needs Python 3.11 or newer; say which with: make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.build: requirements-build.lock | $(BIN)/python
	@$(INSTALL) --require-hashes -r requirements-build.lock
	@touch $@

# The lock files hold names, versions and hashes; the package itself is installed in place, from this folder.
$(VENV)/.core: requirements.lock pyproject.toml $(VENV)/.build
	@echo "Installing Consentry's core into $(VENV) (about 200 MB to download, once) ..."
	@test -e $(VENV)/.dev || $(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) -e .
	@$(BIN)/python -m pip check
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml $(VENV)/.build
	@test "$$(uname)" != Linux || { command -v $(CXX) >/dev/null && $(BIN)/python -c 'import os, sysconfig; os.stat(os.path.join(sysconfig.get_path("include"), "Python.h"))' 2>/dev/null; } || { echo "pdqhash, which tests compare with, has no wheels for Linux and must be compiled. On Debian and Ubuntu: apt-get install g++ python3-dev"; exit 1; }
	@echo "Installing what training and tests need into $(VENV) (torch among it: some GB, once) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) -e .
	@$(BIN)/python -m pip check
	@touch $@ $(VENV)/.core

demo: $(VENV)/.core ## assess the demo posts; writes demo-report/index.html and shards of Parquet
	@rm -rf demo-report
	@$(BIN)/consentry score data/demo/posts.yaml --bank data/demo/bank.csv --out demo-report --page

test: $(VENV)/.dev ## run the tests (seven to twenty minutes on two cores)
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(PYTEST_OPTIONS)

test-slow: $(VENV)/.dev ## run the tests that take longer; those that need ../shared say so when they skip
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile -m slow --durations 25 -o faulthandler_timeout=2400

test-coverage: $(VENV)/.dev ## the tests of `make test`, and how much of the code they reach
	@$(MAKE) --no-print-directory test PYTEST_OPTIONS="--cov --cov-report=term:skip-covered"

check: lint test-coverage ## all of it: make lint, make test-coverage

lint: $(VENV)/.dev ## style, format, types, import contracts, lock files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tests/check_locks.py

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

# One version of a package for all Pythons (--fork-strategy fewest): what was tested with one of them is what the others get.
# constraints.txt says the same without hashes, since pip 23.2 refuses constraints that have some.
lock: ## write the lock files anew (needs uv); what stands in them stays unless OPTIONS=--upgrade is given
	@$(COMPILE) pyproject.toml --all-extras --output-file requirements-dev.lock $(OPTIONS)
	@$(COMPILE) pyproject.toml --constraint requirements-dev.lock --output-file requirements.lock
	@$(COMPILE) --group build --constraint requirements-dev.lock --output-file requirements-build.lock $(OPTIONS)
	@{ echo "# Written by make lock: every version that is locked; docs/installation.md says how to use it."; \
	  cat requirements-dev.lock requirements-build.lock | sed -e '/^ /d' -e 's/ \\$$//' | LC_ALL=C sort -u; } > constraints.txt

clean: ## remove what was built and cached, the virtual environment too
	@rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage* build dist demo-report htmlcov mlruns mlflow.db runs
