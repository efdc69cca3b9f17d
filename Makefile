# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

# The interface to everything that checks the collection. What each target does is written in noxfile.py.
# Arguments for the tool behind a target: make unit ARGS="-k drift -x".

SHELL := /bin/sh
ARGS ?=
# So many sessions at a time.
LANES ?= 2

# nox needs no more than some Python 3.10 or later that can make an environment: the first that answers is taken.
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python3.10 \
	$(wildcard $(PYENV_ROOT)/versions/3.*/bin/python3) $(wildcard $(HOME)/.pyenv/versions/3.*/bin/python3)
PYTHON = $(shell for python in $(CANDIDATES); do "$$python" -I -c \
	'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1 && echo "$$python" && break; done)

NOX := .build/nox/bin/python -I -m nox
# Several sessions, side by side, and how each of them ended.
LANED = $(NOX) --parallel $(LANES) --report .build/report.json

.DEFAULT_GOAL := help
SESSIONS := quick docs rulebook vault demo bench changelog
SUITES := unit unit-ansible-test system integration
TAGS := test lint sanity newest floor cores build
.PHONY: help clean $(SESSIONS) $(SUITES) $(TAGS)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## everything below that checks, cheap parts first, with a summary at the end
quick: ## what differs from main: ruff, mypy and the unit tests that mirror it
lint: ## style, types, documentation, changelog, licence lines, no private keys
unit: ## unit tests by plain pytest, newest releases
unit-ansible-test: ## unit tests by ansible-test, newest ansible-core
sanity: ## ansible-test sanity, newest and oldest ansible-core, without ignore files
system: ## real ansible-playbook runs against the simulator, newest releases
integration: ## ansible-test integration, newest ansible-core
newest: ## unit, system and integration tests with the newest releases
floor: ## the same with the oldest supported releases
cores: ## unit and system tests with each ansible-core in between (not part of test)
build: ## build the archive, install it into an empty folder, use it from there; galaxy-importer takes it
docs: ## the reference and the guides as one HTML site, built without a network, links checked
rulebook: ## the event source and its rulebook under a real ansible-rulebook, from the archive; needs Java
vault: ## the guide's examples of HashiCorp Vault with a real OpenBao and the real community.hashi_vault
demo: ## show the collection at work
bench: ## measure it
changelog: ## fold the changelog fragments into CHANGELOG.md
clean: ## remove all that these targets made
	rm -rf .build

$(SESSIONS): .build/nox/made
	@$(NOX) --session $@ -- $(ARGS)

$(SUITES): .build/nox/made
	@$(NOX) --session $@-newest -- $(ARGS)

$(TAGS): .build/nox/made
	@$(LANED) --tags $@ -- $(ARGS); status=$$?; .build/nox/bin/python tests/checks/summary.py .build/report.json; exit $$status

.build/nox/made: tests/requirements/nox.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.10 or later that has venv and ensurepip (Debian: python3-venv)." >&2; exit 1; }
	@$(PYTHON) -I -m venv --clear .build/nox
	@.build/nox/bin/python -I -m pip install --disable-pip-version-check -q -q --requirement $<
	@touch $@
