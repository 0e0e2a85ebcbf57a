# make run    opens the browser on the bundled sample logs
# make test   linters, types, import contract and all tests
# make bench  measures against other readers, and writes the figures into README.md (QUICK=1: 2 minutes instead of 15)
# make tasks  six tasks of an administrator with real key events; writes the table of keys into README.md
# make evaluate  how well replies are recognised, written into README.md (REPLIES=FILE: other labelled replies too)
# make help   the other targets

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed
BENCH_VENV ?= .venv-bench
PEERS := $(BENCH_VENV)/.installed

.PHONY: run test lint types contract pytest bench tasks evaluate snapshots screenshots samples docs wheel clean help

run: $(INSTALLED)
	@$(BIN)/smtpscope data/samples

# The checks run beside the tests, each with its output kept together.
test: $(DEVELOPED)
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target pytest types lint contract

lint: $(DEVELOPED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPED)
	$(BIN)/mypy

contract: $(DEVELOPED)
	$(BIN)/lint-imports

# NO_COLOR and the like change what is drawn, so the tests start from a clean environment.
pytest: $(DEVELOPED)
	env -u NO_COLOR -u FORCE_COLOR -u COLORTERM -u TMUX -u TEXTUAL_THEME -u PYTHONDONTWRITEBYTECODE TZ=UTC \
		$(BIN)/python -m pytest -n auto --dist loadfile

# lnav is compared too where it is installed (Debian: apt-get install lnav). The logs are made once and kept in the
# user's cache folder, smtpscope-bench.
bench: $(DEVELOPED) $(PEERS)
	env -u NO_COLOR TZ=UTC PYTHONPATH=tests $(BIN)/python -m bench $(if $(QUICK),--quick) \
		--peers $(BENCH_VENV)/bin/python --readme README.md

tasks: $(DEVELOPED)
	env -u NO_COLOR TZ=UTC PYTHONPATH=tests $(BIN)/python -m tasks --readme README.md

evaluate: $(DEVELOPED)
	PYTHONPATH=tests $(BIN)/python -m support.evaluation README.md $(REPLIES)

# Draws the pictures that the snapshot tests compare with anew; look at each before it is committed.
snapshots: $(DEVELOPED)
	env -u NO_COLOR TZ=UTC $(BIN)/python -m pytest tests/app/test_snapshots.py --snapshot-update

screenshots: $(DEVELOPED)
	env -u NO_COLOR TZ=UTC PYTHONPATH=tests $(BIN)/python -m support.screenshots screenshots

samples: $(DEVELOPED)
	TZ=UTC PYTHONPATH=tests $(BIN)/python -m support.sample_logs data/samples

# Writes the parts of README that are made from the program: fields, formats, settings.
docs: $(DEVELOPED)
	PYTHONPATH=tests $(BIN)/python -m support.readme

wheel: $(DEVELOPED)
	$(BIN)/python -m build --wheel --outdir dist .

clean:
	rm -rf $(VENV) $(BENCH_VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile
	@echo "make snapshots screenshots samples docs wheel clean"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEVELOPED): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(INSTALLED) $@

$(PEERS): Makefile
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check 'evtx>=0.14' 'python-evtx>=0.8'
	@touch $@
