# Every task of the repository; `make` lists them.
SHELL := /bin/bash
# Debian's Python first: one under somebody's home cannot be entered by other users.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3.11) python3.11)
VENV := .venv
BIN := $(VENV)/bin
UI := admin_ui
UI_SOURCES := $(shell find $(UI) -type f -not -path '$(UI)/node_modules/*' -not -path '$(UI)/dist/*' -not -name '*.tsbuildinfo')
# Most tests wait for servers, so two files run at a time, and the browsers beside them; JOBS=0 runs
# one after the other. With three, two cores are so busy that tests miss their times.
PYTEST := $(BIN)/python -m pytest -n $(or $(JOBS),2) --dist loadfile --no-loadscope-reorder
# The tests start some hundred processes of ours; without bytecode each compiles all it imports.
unexport PYTHONDONTWRITEBYTECODE
AUDIO ?=
LANGUAGE ?=

.DEFAULT_GOAL := help
RUN_NPM := npm --prefix $(UI) --no-fund --no-audit --loglevel=error
SCREENSHOTS ?= .screenshots

.PHONY: help install demo ui api ui-test screenshots up down status test test-services test-browser test-kafka lint types bench lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/installed ## Install everything into .venv, from hashes

$(VENV)/installed: pyproject.toml requirements/lock.txt requirements/build.txt requirements/installer.txt
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/lock.txt -r requirements/build.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: install ## Two people talk in a room of a real cluster (AUDIO=path LANGUAGE=ko for your own clip)
	$(BIN)/malmoi demo $(if $(AUDIO),--audio "$(AUDIO)") $(if $(LANGUAGE),--language "$(LANGUAGE)")

ui: $(UI)/dist/index.html ## Build the web application (needs Node.js 20.19 or later)

$(UI)/node_modules/installed: $(UI)/package.json $(UI)/package-lock.json
	@command -v npm >/dev/null || { echo "The web application needs Node.js 20.19 or later: https://nodejs.org" >&2; exit 1; }
	$(RUN_NPM) ci
	@touch $@

$(UI)/dist/index.html: $(UI)/node_modules/installed $(UI_SOURCES)
	$(RUN_NPM) run build
	@touch $@

api: install $(UI)/node_modules/installed ## Describe the gateway anew for the web application's client
	$(BIN)/python -m api_gateway.openapi > $(UI)/openapi.json
	$(RUN_NPM) run api

ui-test: ui ## Check the web application: style, types, unit tests, the size of its first load
	$(RUN_NPM) run lint
	$(RUN_NPM) run api:check
	$(RUN_NPM) run types
	$(RUN_NPM) run test
	$(RUN_NPM) run budget

screenshots: install ui ## Pictures of every page, into .screenshots (needs Chromium)
	$(BIN)/python -m tests.e2e.browser.screenshots $(SCREENSHOTS)

up: install ## Start the cluster in the background, with the web application
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory ui; fi
	$(BIN)/malmoi up --detach

down: ## Stop it
	$(BIN)/malmoi down

status: ## What runs
	$(BIN)/malmoi status

test: install ## Check everything (TESTS=path for a part, JOBS=0 for one at a time, KAFKA=1 for test-kafka too)
	$(MAKE) --no-print-directory -j2 lint types ui-test
ifdef TESTS
	$(PYTEST) $(TESTS) -m "not kafka_apache"
else
	$(MAKE) --no-print-directory --output-sync=line -j$(if $(filter 0,$(JOBS)),1,2) test-services test-browser
endif

test-services: install # All but the browsers
	$(PYTEST) -m "not kafka_apache" --ignore=tests/e2e/browser

# The services take longer than the browsers, so Kafka follows these.
test-browser: install
	$(BIN)/python -m pytest tests/e2e/browser
	$(if $(KAFKA),$(MAKE) --no-print-directory test-kafka)

test-kafka: install ## The integration and kill tests again, against a real Apache Kafka
	MALMOI_TEST_BROKER=apache $(PYTEST) -m "not any_broker" tests/integration/messaging tests/integration/pipeline tests/e2e --ignore=tests/e2e/browser
	$(BIN)/python -m pytest tests/integration/local_cluster -m kafka_apache

lint: install ## Style, layers
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports --no-logo

types: install ## mypy, strict
	$(BIN)/mypy

bench: install ## Every benchmark, as a table (docs/benchmarks.md says what they measure)
	$(BIN)/python -m benchmarks

lock: ## Resolve the requirements anew, with hashes
	requirements/lock.sh

clean: ## Remove what the tools left behind
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
