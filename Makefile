# The chores: make setup | run | test | fast | bench | envs | lock. Everything runs in .venv, made from the lock.

ifeq ($(origin PYTHON), undefined)
PYTHON := $(shell for python in python3.11 python3 python3.12 python3.13; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done)
endif
CORES ?= all
JOBS ?= 2
# The one version chosen by hand: a fresh resolution would take the newest torch, whichever build it is.
TORCH := torch==2.13.0

BIN := .venv/bin
STAMP := .venv/.installed
# What Snakemake starts finds the tools of the environment first.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test lint types fast slow bench envs lock

setup: $(STAMP)

$(STAMP): requirements.txt
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer found: make PYTHON=/path/to/python" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

run: setup
	$(BIN)/snakemake --cores $(CORES)

test: setup
	$(MAKE) lint
	$(MAKE) types
	$(MAKE) fast
	$(MAKE) slow

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

types: setup
	$(BIN)/mypy

fast: setup
	$(BIN)/pytest -n $(JOBS) -m "not slow"

slow: setup
	$(BIN)/pytest -n $(JOBS) -m slow

bench: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks

envs: setup
	$(BIN)/python -m tools.envs

lock:
	rm -rf .lock
	$(PYTHON) -m venv .lock
	.lock/bin/python -m pip install --quiet $(TORCH) ".[workflow,dev]"
	.lock/bin/python -m pip freeze --all --exclude pip --exclude wheel --exclude spinn-panels > .lock/freeze.txt
	.lock/bin/python -m tools.lock < .lock/freeze.txt > .lock/requirements.txt
	mv .lock/requirements.txt requirements.txt
	rm -rf .lock
	$(MAKE) envs
