# Two commands on a fresh machine: `make demo` shows the program at work, `make test` runs the whole gate.
# Both make .venv and install into it; nothing else is typed, nothing outside this folder is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test gate format clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/installed ## install if needed, then play the whole road on made-up sites (no account, no key)
	@$(BIN)/repwatch demo

test: $(VENV)/installed-dev gate ## install if needed, then format, lint, types, import rules, tests

gate:
	@echo "[1/5] format";       $(BIN)/ruff format --check --quiet . || { echo "mend: make format"; exit 1; }
	@echo "[2/5] lint";         $(BIN)/ruff check --quiet .
	@echo "[3/5] types";        $(BIN)/mypy --no-error-summary
	@echo "[4/5] import rules"; $(BIN)/lint-imports --no-cache > $(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log; exit 1; }
	@echo "[5/5] tests (about ten minutes on two cores)"; $(BIN)/pytest
	@echo "All green. Next: make demo, or CONTRIBUTING.md to change something."

format: $(VENV)/installed-dev ## put the code in its usual form
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix-only --quiet .

clean: ## take .venv away
	rm -rf $(VENV)

$(VENV)/python-made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "repwatch needs Python 3.11 or newer; found $$($(PYTHON) --version). Say which: make PYTHON=python3.12 …"; exit 1; }
	@echo "Making $(VENV) …"
	@# Debian's python3 comes without ensurepip; virtualenv from pip does the same job.
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || \
	  { rm -rf $(VENV) && $(PYTHON) -m pip install -q --target $(VENV)-maker virtualenv && \
	    PYTHONPATH=$(VENV)-maker $(PYTHON) -m virtualenv -q $(VENV) && rm -rf $(VENV)-maker; }
	@touch $@

$(VENV)/installed: $(VENV)/python-made pyproject.toml constraints.txt
	@echo "Installing repwatch into $(VENV) (about a minute; once) …"
	@$(BIN)/pip install --progress-bar on --disable-pip-version-check -q -c constraints.txt -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/python-made pyproject.toml constraints.txt
	@echo "Installing repwatch with its workshop (PyTorch, linters, test tools) into $(VENV); once, some minutes …"
	@$(BIN)/pip install --progress-bar on --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/installed
