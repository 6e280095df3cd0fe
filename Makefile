# make demo    the main job: a real CuBIE solver's buffers become a proven layout with checked allocators
# make test    lint, types, import rules and every test
# make lint    the same without the tests
# make docs    these pages as a site that works offline: build/site/index.html
# make bench   Warpack and its peers on the same instances, checked: writes docs/benchmarks.md (about five minutes)
#              OPTIONS="--limit 10 --seeds 3" asks for more; FOLDER=… solves a folder of manifests instead,
#              times it, and confirms its proofs
#
# make PYTHON=python3.13 demo   takes another Python (3.11, 3.12 or 3.13)

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# What is installed is named by a stamp file: new pins, another Python or a moved folder mean another name, so that a
# second `make` starts at once and a stale environment is never used.
KEY := $(shell { cat pyproject.toml constraints.txt; $(PYTHON) -V; echo "$(CURDIR)"; } 2>&1 | $(PYTHON) -c \
  'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:16])')
DEMO_STAMP := $(VENV)/.installed-all-$(KEY)
TEST_STAMP := $(VENV)/.installed-test-$(KEY)
BENCH_STAMP := $(VENV)/.installed-bench-$(KEY)

.PHONY: help demo test lint docs bench clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

# Demo and suite import Warpack in many processes: each would compile its modules anew where no bytecode is kept.
demo test: export PYTHONDONTWRITEBYTECODE :=

demo: $(DEMO_STAMP)
	@$(BIN)/warpack demo

# The tests are compiled while one process looks at the types: later each of pytest's workers would compile them all.
test: $(TEST_STAMP) compiler postgresql chromium iproute2
	@$(BIN)/python -m pytest --collect-only --quiet >/dev/null 2>&1 & \
	$(MAKE) --no-print-directory lint; code=$$?; wait; exit $$code
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -n 2
	$(BIN)/lint-imports --no-logo

# A warning ends it: a broken link, a page that no list names.
docs: $(TEST_STAMP)
	@$(BIN)/python -m sphinx -q -W --keep-going -c docs/site -d build/site-cache . build/site
	@echo 'Look at build/site/index.html.'

# What the suite compares with and draws with is part of neither demo nor test, and needs no CUDA package.
ifdef FOLDER
bench: $(BENCH_STAMP)
	@$(BIN)/python -m benchmarks.solve_folder $(FOLDER) --confirm
else
bench: $(BENCH_STAMP)
	@$(BIN)/warpack bench --write docs $(OPTIONS)
endif

clean:
	rm -rf "$(VENV)" build .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: python compiler postgresql chromium iproute2

python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	  echo 'Warpack needs Python 3.11, 3.12 or 3.13. "$(PYTHON)" is:' "$$($(PYTHON) -V 2>&1)." \
	       'Name another: make PYTHON=python3.12 demo' >&2; exit 1; }

# A test compiles NVIDIA's occupancy header from the CUDA wheels and compares it with our own figures.
compiler:
	@command -v g++ >/dev/null || { \
	  echo 'A test needs g++, which is missing: asking apt-get for it.'; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends g++ >/dev/null; } || { \
	  echo 'g++ could not be installed. Install it (Debian: apt-get install g++) and run "make test" again.' >&2; exit 1; }

# Store and job engine are tested on PostgreSQL too. Where it cannot be had, those tests are skipped, and say why.
postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
	  echo 'Tests need PostgreSQL, which is missing: asking apt-get for it.'; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } || \
	  echo 'PostgreSQL could not be installed: the tests that need it are skipped (Debian: apt-get install postgresql).' >&2

# The web page is tried in a real browser. Where it cannot be had, those tests are skipped, and say why.
chromium:
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || { \
	  echo 'Tests need Chromium, which is missing: asking apt-get for it.'; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	  apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null; } || \
	  echo 'Chromium could not be installed: tests of the web page are skipped (Debian: apt-get install chromium-headless-shell).' >&2

# A worker is cut off in a network namespace. Where none can be made, that test is skipped, and says why.
iproute2:
	@command -v ip >/dev/null || { \
	  echo 'A test needs ip, which is missing: asking apt-get for it.'; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends iproute2 >/dev/null; } || \
	  echo 'ip could not be installed: a test of networks is skipped (Debian: apt-get install iproute2).' >&2

# An environment made by another Python is made anew: its compiled packages would not load. Python compiles the modules
# that are imported, when they are; to compile all of them takes pip as long as all else that it does.
define install_extras
	@version() { "$$1" -c 'import sys; print(sys.version)' 2>/dev/null; }; \
	if [ -e $(BIN)/python ] && [ "$$(version $(BIN)/python)" = "$$(version $(PYTHON))" ]; then clear=; else clear=--clear; fi; \
	$(PYTHON) -m venv $$clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[$(1)]'
endef

define install
	@echo 'Installing Warpack into $(VENV). The first time this takes minutes: the CUDA libraries are large (about 1.5 GB installed).'
	$(call install_extras,$(1))
endef

$(DEMO_STAMP): | python
	$(call install,all)
	@rm -f $(VENV)/.installed-all-*
	@touch $@

$(TEST_STAMP): | python
	$(call install,test)
	@rm -f $(VENV)/.installed-*
	@touch $@ $(DEMO_STAMP)

$(BENCH_STAMP): | python
	$(call install_extras,bench)
	@rm -f $(VENV)/.installed-bench-*
	@touch $@
