# make run   everything a fresh machine needs, then the page on http://127.0.0.1:7860
# make test  the same, the test tools, and all tests
# Steps that are done are skipped: a stamp in .venv remembers each.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
CPU_INDEX := https://download.pytorch.org/whl/cpu

.PHONY: run test lint clean
.DELETE_ON_ERROR:

# The page does not wait for the chat model, which serve fetches behind it, nor for an item file with an error.
run: $(VENV)/.installed
	-$(BIN)/python ingest.py
	$(BIN)/tutor serve

test: $(VENV)/.test
	$(BIN)/tutor fetch
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/tutor lint
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Found $$($(PYTHON) --version). Expected: Python 3.11 or newer. To mend it: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "A virtual environment cannot be made. To mend it: sudo apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

# On Linux without a GPU the CPU build of torch saves gigabytes: PyTorch's own index has it, where that answers at once.
$(VENV)/.torch: constraints.txt | $(VENV)/bin/python
	@echo "Installing PyTorch"
	@if [ "$$(uname -s)" = Linux ] && [ ! -e /proc/driver/nvidia/version ] && \
		$(BIN)/python -c 'import urllib.request; urllib.request.urlopen("$(CPU_INDEX)/torch/", timeout=3)' 2>/dev/null; \
	then $(INSTALL) --extra-index-url $(CPU_INDEX) torch; \
	else $(INSTALL) torch; fi
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/.torch
	@echo "Installing the tutor"
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.installed
	@echo "Installing the test tools"
	@$(INSTALL) --editable ".[test]"
	@tests/install-tools
	@touch $@
