# make run    opens the browser on the bundled sample logs
# make test   linters, types, import contract and all tests
# make help   the other targets

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed

.PHONY: run test lint types contract pytest snapshots screenshots samples wheel clean help

run: $(INSTALLED)
	@$(BIN)/smtpscope data/samples

test: lint types contract pytest

lint: $(DEVELOPED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPED)
	$(BIN)/mypy

contract: $(DEVELOPED)
	$(BIN)/lint-imports

# NO_COLOR and the like change what is drawn, so the tests start from a clean environment.
pytest: $(DEVELOPED)
	env -u NO_COLOR -u FORCE_COLOR -u COLORTERM -u TMUX -u TEXTUAL_THEME TZ=UTC \
		$(BIN)/python -m pytest -n auto --dist loadfile

# Draws the pictures that the snapshot tests compare with anew; look at each before it is committed.
snapshots: $(DEVELOPED)
	env -u NO_COLOR TZ=UTC $(BIN)/python -m pytest tests/app/test_snapshots.py --snapshot-update

screenshots: $(DEVELOPED)
	env -u NO_COLOR TZ=UTC PYTHONPATH=tests $(BIN)/python -m support.screenshots screenshots

samples: $(DEVELOPED)
	TZ=UTC PYTHONPATH=tests $(BIN)/python -m support.sample_logs data/samples

wheel: $(DEVELOPED)
	$(BIN)/python -m build --wheel --outdir dist .

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile
	@echo "make snapshots screenshots samples wheel clean"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEVELOPED): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(INSTALLED) $@
