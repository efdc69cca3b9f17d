# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

# The interface to everything that checks the collection. What each target does is written in tests/toolchain.
# Arguments for the tool behind a target: make unit ARGS="-k drift -x".

SHELL := /bin/sh
ARGS ?=

# The make targets themselves need no more than some Python 3.10 or later: the first that answers is taken.
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python3.10 \
	$(wildcard $(PYENV_ROOT)/versions/3.*/bin/python3) $(wildcard $(HOME)/.pyenv/versions/3.*/bin/python3)
PYTHON := $(shell for python in $(CANDIDATES); do \
	"$$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1 && echo "$$python" && break; done)

TOOLCHAIN := PYTHONPATH=tests $(PYTHON) -B -m toolchain

.DEFAULT_GOAL := help
.PHONY: help test lint unit unit-ansible-test sanity system integration build docs rulebook newest floor cores demo bench changelog clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: python ## everything below that checks, cheap parts first, with a summary at the end
	@$(TOOLCHAIN) test

lint: python ## style, types, documentation, changelog, licence lines, no private keys
	@$(TOOLCHAIN) lint

unit: python ## unit tests by plain pytest, newest releases
	@$(TOOLCHAIN) unit $(ARGS)

unit-ansible-test: python ## unit tests by ansible-test, newest ansible-core
	@$(TOOLCHAIN) unit-ansible-test $(ARGS)

sanity: python ## ansible-test sanity, newest and oldest ansible-core, without ignore files
	@$(TOOLCHAIN) sanity $(ARGS)

system: python ## real ansible-playbook runs against the simulator, newest releases
	@$(TOOLCHAIN) system $(ARGS)

integration: python ## ansible-test integration, newest ansible-core
	@$(TOOLCHAIN) integration $(ARGS)

newest: python ## unit, system and integration tests with the newest releases
	@$(TOOLCHAIN) newest

floor: python ## the same with the oldest supported releases
	@$(TOOLCHAIN) floor

cores: python ## unit and system tests with each ansible-core in between (not part of test)
	@$(TOOLCHAIN) cores

build: python ## build the archive, install it into an empty folder, use it from there; galaxy-importer takes it
	@$(TOOLCHAIN) build

docs: python ## the reference and the guides as one HTML site, built without a network, links checked
	@$(TOOLCHAIN) docs

rulebook: python ## the event source and its rulebook under a real ansible-rulebook, from the archive; needs Java
	@$(TOOLCHAIN) rulebook $(ARGS)

demo: python ## show the collection at work
	@$(TOOLCHAIN) demo $(ARGS)

bench: python ## measure it
	@$(TOOLCHAIN) bench $(ARGS)

changelog: python ## fold the changelog fragments into CHANGELOG.md
	@$(TOOLCHAIN) changelog

clean: ## remove all that these targets made
	rm -rf .build

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "No Python 3.10 or later found." >&2; exit 1; }
