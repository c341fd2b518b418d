# Brána: everything a contributor or a curious visitor runs. `make` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT_INSTALL := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -qq

# Debian packages: to run (and to build python-ldap, which is published as source only), and to test.
RUN_PACKAGES := slapd libldap2-dev libsasl2-dev gcc libc6-dev python3-dev python3-venv
TEST_PACKAGES := $(RUN_PACKAGES) chromium fonts-dejavu-core wrk
NODE_PACKAGES := $(if $(shell command -v npm),,nodejs npm)

.DEFAULT_GOAL := help
.PHONY: help install install-tests demo test unit journeys check format bench screenshots clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

demo: install  ## run the product on a prepared world; Ctrl-C ends everything
	@exec $(BIN)/brana demo

test: install-tests  ## all tests: unit, real servers, journeys in a browser (under 20 minutes)
	@$(BIN)/python -m pytest

unit: install-tests  ## tests without real servers (seconds)
	@$(BIN)/python -m pytest -m "not real"

journeys: install-tests  ## the story in a real browser; screenshots go to build/screenshots
	@$(BIN)/python -m pytest tests/journeys

bench: install-tests  ## benchmarks, results in build/bench.json; NAME=hot_path runs one
	@$(BIN)/python -m tests.bench $(NAME)

check: install-tests  ## format, lint, types, import rules
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo

format:  ## put the code into its format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean:  ## forget the demo's world and build output; keep what was installed
	@rm -rf var build

install: $(VENV)/run.installed $(VENV)/assets.installed  ## what the product needs (apt, PyPI, npm)
install-tests: $(VENV)/test.installed $(VENV)/assets.installed

$(VENV)/run.installed: requirements/build.txt requirements/runtime.txt
	@$(call debian,$(RUN_PACKAGES))
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages, pinned and checked by hash…"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/build.txt
	@$(BIN)/python -m pip install --quiet --no-build-isolation --require-hashes -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/test.installed: $(VENV)/run.installed requirements/develop.txt
	@$(call debian,$(TEST_PACKAGES))
	@$(BIN)/python -m pip install --quiet --no-build-isolation --require-hashes -r requirements/develop.txt
	@touch $@

$(VENV)/assets.installed: package-lock.json $(VENV)/run.installed
	@$(if $(NODE_PACKAGES),$(call debian,$(NODE_PACKAGES)))
	@echo "Installing browser assets, exact versions with integrity…"
	@npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Install the Debian packages that are missing. slapd must not start a directory of its own on this machine.
define debian
missing=$$(dpkg-query -W -f='$${Package} $${db:Status-Status}\n' $(1) 2>/dev/null | awk '$$2=="installed"{print $$1}' \
	| sort | comm -13 - <(printf '%s\n' $(1) | sort)); \
if [ -n "$$missing" ]; then \
	echo "Installing Debian packages:" $$missing; \
	echo 'slapd slapd/no_configuration boolean true' | $(SUDO) debconf-set-selections; \
	$(SUDO) apt-get update -qq && $(APT_INSTALL) $$missing >/dev/null || exit 1; \
fi
endef
