# Brána: everything a contributor or a curious visitor runs. `make` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORLD := var/demo
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Wait, should the system's own updates hold apt's lock just now.
APT_GET := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# A damaged .venv may lead to the machine's own Python; that must never be written to.
export PIP_REQUIRE_VIRTUALENV := 1

# Debian packages: to run (and to build python-ldap, which is published as source only, to draw reports as PDF, and for tunnels),
# and to test.
RUN_PACKAGES := slapd libldap2-dev libsasl2-dev gcc libc6-dev python3-dev python3-venv ca-certificates tzdata \
	libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core python3-nftables wireguard-go
SAMBA := samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind
TEST_PACKAGES := $(RUN_PACKAGES) $(SAMBA) apache2-bin libapache2-mod-auth-mellon libapache2-mod-auth-openidc libtss2-dev swtpm pebble certbot chromium chromium-headless-shell libnss3-tools curl iproute2 nftables openssh-server postgresql smbclient wrk $(if $(shell command -v npm),,npm)
# Tests wait for real servers more than they compute: one process more than there are cores. Files stay whole, and come
# in the order of tests/conftest.py.
PARALLEL := -n $(shell expr $$(nproc) + 1) --dist loadfile --no-loadscope-reorder
BROWSER_ASSETS := node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: agent help install install-tests demo test test-long test-keycloak unit journeys check format fuzz mutants bench bench-full clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

demo: install  ## run the product on a prepared world; Ctrl-C ends everything
	@exec $(BIN)/brana demo

# Those that failed once more and alone: real servers on a busy machine can be late.
define tested
	$(compiled)
	$(BIN)/python -m pytest $(2) -m "$(1)" || { [ $$? = 1 ] && echo "Those that failed, once more and alone:" && \
		$(BIN)/python -m pytest -m "$(1)" --last-failed --maxfail 10; }
endef

test: install-tests  ## tests, with real servers and a real browser (about 19 minutes on two cores)
	@$(call tested,not long and not keycloak,$(PARALLEL))

test-long: install-tests  ## the whole product at once: attacks, fleets of several nodes, journeys (about 20 minutes)
	@$(call tested,long and not keycloak,$(PARALLEL))

test-keycloak: install-tests  ## against a real Keycloak server, which Maven fetches (minutes; skipped aloud where it cannot)
	@$(call tested,keycloak,tests/keycloak)

unit: install-tests  ## tests without real servers (one process, about 5 minutes)
	@$(BIN)/python -m pytest -m "not real"

journeys: install-tests  ## the story in a real browser; screenshots go to build/screenshots
	@$(BIN)/python -m pytest tests/journeys

fuzz: install-tests  ## the fuzz target of the sign-in, minutes instead of seconds; EXAMPLES=20000 runs it longer
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),3000) $(BIN)/python -m pytest tests/fuzz --timeout 0

mutants: install-tests  ## mistakes made on purpose in Cedar policies and in `policies/`, judged by cases and tests; NAME=evaluate tries one file
	@$(BIN)/python -m tests.mutants $(NAME)

bench: install-tests  ## benchmarks, results in build/bench.json; NAME=hot_path runs one
	@$(compiled)
	$(BIN)/python -m tests.bench $(NAME)

bench-full: install-tests  ## benchmarks over their full sets of data: hours, and 30 GB; NAME=audit_search runs one
	@$(compiled)
	$(BIN)/python -m tests.bench --full $(NAME)

check: install-tests  ## format, lint, types, import rules
	@$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-logo

# The kernel's TPM is spoken to by a library that is loaded by its name, which no analysis finds. What is left out nobody
# calls there, and some of it the builder would load at each start.
agent: install-tests  ## brana-agent as one file for systems like this one, in build/brana-agent; needs nothing where it runs
	@tcti=$$($(BIN)/python -c 'import ctypes.util as found; print(found.find_library("tss2-tcti-device") or "")')
	$(BIN)/pyinstaller --onefile --noconfirm --log-level WARN --name brana-agent --paths . \
		$${tcti:+--add-binary "$$(ldconfig -p | awk -v name=$$tcti '$$1 == name {print $$NF; exit}'):."} \
		$(foreach module,pydoc_data setuptools wheel xmlrpc,--exclude-module $(module)) \
		--distpath build --workpath build/agent --specpath build/agent agents/command/__main__.py
	ls -l build/brana-agent

format: install-tests  ## put the code into its format
	@$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## forget the demo's world and build output; keep what was installed
	@if [ -e $(WORLD)/lock ] && ! flock --nonblock $(WORLD)/lock true; then
		echo "The demo runs in $(WORLD): end it (Ctrl-C), then \`make clean\` once more. Nothing was deleted." >&2
		exit 1
	fi
	rm -rf var build

install: $(VENV)/run.installed  ## what the product needs (apt, PyPI)
install-tests: $(VENV)/test.installed $(BROWSER_ASSETS)  ## what the tests need besides (apt, PyPI, npm)

# Each stamp is set when all of its recipe is done, so what was interrupted is done again. A second `make` waits.
$(VENV)/run.installed: requirements/build.txt requirements/runtime.txt requirements/saml.txt pyproject.toml
	@$(one_at_a_time)
	$(new_enough)
	$(call debian,$(RUN_PACKAGES))
	$(BIN)/python -c 'import pip, sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	echo "Installing Python packages, pinned and checked by hash…"
	$(PIP) install --require-hashes -r requirements/build.txt
	$(PIP) install --no-build-isolation --require-hashes -r requirements/runtime.txt
	$(PIP) install --require-hashes -r requirements/saml.txt
	PYTHONWARNINGS=ignore $(PIP) install --no-build-isolation --no-deps --editable .
	$(compiled)
	touch $@

$(VENV)/test.installed: $(VENV)/run.installed requirements/develop.txt
	@$(one_at_a_time)
	$(call debian,$(TEST_PACKAGES))
	$(PIP) install --no-build-isolation --require-hashes -r requirements/develop.txt
	touch $@

$(BROWSER_ASSETS): package-lock.json package.json | $(VENV)/test.installed
	@$(one_at_a_time)
	echo "Installing browser assets for tests, exact versions with integrity…"
	npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	touch $@

# The lock is on this file; it ends with the recipe's shell.
define one_at_a_time
exec 9<$(firstword $(MAKEFILE_LIST))
flock --nonblock 9 || { echo "Waiting for another make that installs…"; flock 9; }
endef

# As an installed wheel is: where Python may not write beside its sources, each start would compile them again.
compiled = $(BIN)/python -m compileall -q gateway idp policies config agents

define new_enough
test -x $(BIN)/python || ! command -v $(PYTHON) >/dev/null || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	echo "$(PYTHON) is not Python 3.11 or newer; name one that is: make PYTHON=/usr/bin/python3.11 $(MAKECMDGOALS)" >&2
	exit 1
}
endef

# Install the Debian packages that are missing. Neither slapd, Samba, OpenSSH nor PostgreSQL may start a server of its own on this
# machine: units are masked where they are new here, and no cluster is made.
define debian
missing=$$(comm -13 <(dpkg-query -W -f='$${Package} $${db:Status-Status}\n' $(1) 2>/dev/null \
	| awk '$$2 == "installed" {print $$1}' | sort) <(printf '%s\n' $(1) | sort))
if ! command -v dpkg-query >/dev/null; then
	echo "This is not Debian: what these packages of Debian hold must be there:" $(1)
elif [ -n "$$missing" ]; then
	echo "Installing Debian packages:" $$missing
	[ -z "$(SUDO)" ] || command -v sudo >/dev/null || {
		echo "That takes root or sudo. As root: apt-get install --no-install-recommends" $$missing >&2
		exit 1
	}
	echo 'slapd slapd/no_configuration boolean true' | $(SUDO) debconf-set-selections
	for unit in smbd nmbd winbind samba-ad-dc; do
		[ -d /run/systemd/system ] && [[ " $$(echo $$missing) " == *" samba-ad-dc "* ]] || break
		systemctl cat $$unit >/dev/null 2>&1 || $(SUDO) systemctl --quiet mask $$unit
	done
	for unit in ssh.service ssh.socket; do
		[ -d /run/systemd/system ] && [[ " $$(echo $$missing) " == *" openssh-server "* ]] || break
		systemctl cat $$unit >/dev/null 2>&1 || $(SUDO) systemctl --quiet mask $$unit
	done
	if [[ " $$(echo $$missing) " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
		$(SUDO) mkdir -p /etc/postgresql-common
		echo 'create_main_cluster = false' | $(SUDO) tee /etc/postgresql-common/createcluster.conf >/dev/null
	fi
	$(APT_GET) update || echo "Trying with the package lists that are here."
	$(APT_GET) -o Dpkg::Options::=--force-confold install -y --no-install-recommends $$missing >/dev/null 9<&-
fi
endef
