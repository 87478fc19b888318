# `make` lists what there is. Everything is installed into .venv, nothing anywhere else.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test check format bench lock

# HOST is not taken from the environment: some shells and package managers set it to something else.
HOST = 127.0.0.1
PORT ?= 8000
WORKERS ?=
ARGS ?=

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes
PYTEST := $(PYTHON) -m pytest -n 2 --dist loadgroup
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */\1\t/' | expand -t 10

setup: $(RUNTIME) ## Make .venv and install what the server needs

run: setup ## Prepare the database and serve; HOST=, PORT= and WORKERS= choose where and how
	@$(PYTHON) manage.py first_run --host "$(HOST)" --port "$(PORT)"
	@exec $(PYTHON) manage.py serve --host "$(HOST)" --port "$(PORT)" $(if $(WORKERS),--workers "$(WORKERS)")

test: $(DEV) ## Run the tests on SQLite and on PostgreSQL; ARGS="-k foo" goes to pytest
	@status=0; \
	echo "== SQLite"; \
	env -u DATABASE_URL $(PYTEST) $(ARGS) || status=1; \
	echo "== PostgreSQL"; \
	$(PYTHON) -m tests.postgres --servers 2 -- $(PYTEST) $(ARGS) || status=1; \
	exit $$status

# The tests' settings keep the checks away from the developer's own .env and data/.
check: export DJANGO_SETTINGS_MODULE = tests.settings
check: $(DEV) ## Check style, types, imports between apps, migrations and settings; changes nothing
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy .
	$(VENV)/bin/lint-imports
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py check --fail-level WARNING

format: $(DEV) ## Format the code and repair what ruff can
	$(PYTHON) -m ruff check --fix-only .
	$(PYTHON) -m ruff format .

bench: $(DEV) ## Measure the server
	$(PYTHON) -m benchmarks $(ARGS)

UV_COMPILE = "$$folder/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
lock: $(PYTHON) ## Pin requirements/*.in anew with hashes; ARGS=--upgrade takes newer versions
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(PYTHON) -m venv "$$folder" && \
	"$$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv && \
	$(UV_COMPILE) $(ARGS) requirements/runtime.in --output-file requirements/runtime.txt && \
	$(UV_COMPILE) $(ARGS) requirements/celery.in --constraints requirements/runtime.txt --output-file requirements/celery.txt && \
	$(UV_COMPILE) $(ARGS) requirements/anymail.in --constraints requirements/runtime.txt --output-file requirements/anymail.txt && \
	$(UV_COMPILE) $(ARGS) requirements/dev.in --constraints requirements/runtime.txt --output-file requirements/dev.txt

# The stamps: installed again only when the lock file has changed.
$(RUNTIME): requirements/runtime.txt | $(PYTHON)
	$(PIP_INSTALL) -r requirements/runtime.txt
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	$(PIP_INSTALL) -r requirements/dev.txt
	@touch $@

$(PYTHON):
	@for python in python3.11 python3; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			$$python -m venv $(VENV) && exit 0; \
			rm -rf $(VENV); \
			echo "$$python cannot make a virtual environment; on Debian install python3-venv." >&2; \
			exit 1; \
		fi; \
	done; \
	echo "Python 3.11 or newer is needed, as python3.11 or python3." >&2; \
	exit 1
