# Every task of the repository; `make` lists them.
SHELL := /bin/bash
# Debian's Python first: one under somebody's home cannot be entered by other users.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3.11) python3.11)
VENV := .venv
BIN := $(VENV)/bin
TESTS ?= tests
AUDIO ?=
LANGUAGE ?=

.DEFAULT_GOAL := help
.PHONY: help install demo up down status test test-kafka lint types bench lock clean

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

up: install ## Start the cluster in the background
	$(BIN)/malmoi up --detach

down: ## Stop it
	$(BIN)/malmoi down

status: ## What runs
	$(BIN)/malmoi status

test: install lint types ## Check everything (TESTS=path for a part)
	$(BIN)/python -m pytest $(TESTS) -m "not kafka_apache"

test-kafka: install ## The integration and kill tests again, against a real Apache Kafka
	MALMOI_TEST_BROKER=apache $(BIN)/python -m pytest tests/integration/messaging tests/integration/pipeline tests/e2e
	$(BIN)/python -m pytest tests/integration/local_cluster -m kafka_apache

lint: install ## Style, layers, Dockerfiles
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
