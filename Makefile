# The chores: make setup | run | test | fast | tables | picture | bench | paper | envs | pins | lock. Everything runs in .venv, made from the lock.
# make peers | peers-lock: other packages' selectors, each in an environment of its own.

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
PEERS := $(basename $(notdir $(wildcard envs/peers/*.in)))
# What Snakemake starts finds the tools of the environment first.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test test-wheel test-slurm test-conda tutorial lint types fast slow bench paper
.PHONY: envs pins lock peers peers-lock tables picture

setup: $(STAMP)

# The command `spinn` of .venv runs this checkout, and leaves what other checkouts import alone.
$(STAMP): requirements.txt
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer found: make PYTHON=/path/to/python" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt
	printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s" -m spinn "$$@"\n' "$(CURDIR)" "$(CURDIR)/$(BIN)/python" > $(BIN)/spinn
	chmod +x $(BIN)/spinn
	touch $@

run: setup
	$(BIN)/snakemake --cores $(CORES)
	@echo "report: results/report.html"

test: setup
	$(MAKE) lint
	$(MAKE) types
	$(MAKE) fast
	$(MAKE) slow

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/deptry .
	$(BIN)/deptry spinn scripts --ignore DEP002 --per-rule-ignores DEP004=none
	$(BIN)/python -m tools.tables --check
	$(BIN)/snakefmt --check Snakefile rules examples
	$(BIN)/snakemake --lint
	$(BIN)/snakemake --lint --snakefile examples/embedding-workflow/Snakefile

types: setup
	$(BIN)/mypy

fast: setup
	$(BIN)/pytest -n $(JOBS) -m "not slow"

slow: setup
	$(BIN)/pytest -n $(JOBS) --dist loadgroup -m "slow and not wheel"

# Minutes: the package is built and installed into an environment of its own per Python that is there.
test-wheel: setup
	$(BIN)/pytest -m wheel

# On a throw-away SLURM cluster of three nodes: as root, with Debian's packages. Skips where there is none.
test-slurm: setup
	$(BIN)/pytest tests/slurm

# With `--sdm conda` from a local channel. Skips where it cannot be built.
test-conda: setup
	$(BIN)/pytest tests/conda

bench: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks

envs: setup
	$(BIN)/python -m tools.envs

# The tables of README.md and config/README.md, from the registry of selectors and the schema.
tables: setup
	$(BIN)/python -m tools.tables

# The picture of the README, from what `make run` has left.
picture: setup
	$(BIN)/python -m tools.picture results

# Run docs/tutorial.ipynb and keep its outputs.
tutorial: setup
	$(BIN)/python -m tools.tutorial

# Needs conda and its channels: lists of exact builds next to envs/*.yaml, which Snakemake uses.
pins: setup
	$(BIN)/python -m tools.pins

# Hours; needs the cells that docs/findings.md names in data/, and `make peers` for all selectors.
paper: setup
	$(BIN)/snakemake --cores $(CORES) --configfile config/paper.yaml
	$(BIN)/snakemake --cores $(CORES) --configfile config/paper_donors.yaml
	$(BIN)/python -m tools.findings results/paper docs results/paper_donors

lock:
	rm -rf .lock
	$(PYTHON) -m venv .lock
	.lock/bin/python -m pip install --quiet $(TORCH) ".[workflow,dev]"
	.lock/bin/python -m pip freeze --all --exclude pip --exclude wheel --exclude spinn-panels > .lock/freeze.txt
	.lock/bin/python -m tools.lock < .lock/freeze.txt > .lock/requirements.txt
	mv .lock/requirements.txt requirements.txt
	rm -rf .lock
	$(MAKE) envs

# A peer that cannot be built must not stop the others.
peers:
	@for peer in $(PEERS); do \
		$(MAKE) --no-print-directory .venv-peers/$$peer/.installed \
			|| echo "$$peer: not built; the results will say so" >&2; \
	done

# The stamp says what is installed: when that changes, the peer's panels are chosen again.
.venv-peers/%/.installed: envs/peers/%.txt
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet -r $<
	test ! -f envs/peers/$*.post-deploy.sh || PATH="$(CURDIR)/$(@D)/bin:$$PATH" sh envs/peers/$*.post-deploy.sh
	$(@D)/bin/python -m pip freeze > $@

peers-lock: $(PEERS:%=.lock/%.txt)
	cp $^ envs/peers/
	rm -rf .lock
	$(MAKE) envs

.lock/%.txt: envs/peers/%.in
	rm -rf .lock/$*
	$(PYTHON) -m venv .lock/$*
	.lock/$*/bin/python -m pip install --quiet -r $<
	.lock/$*/bin/python -m pip freeze --all --exclude pip --exclude wheel > .lock/$*.freeze
	.lock/$*/bin/python -m tools.lock $* < .lock/$*.freeze > $@
	rm -rf .lock/$*
