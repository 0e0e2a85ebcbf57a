# make run          opens the browser on the bundled sample logs
# make test         linters, types, import contract and all tests, with the releases of requirements/dev.txt;
#                   PYTHON=python3.12: with that Python; NEWEST=1: with the newest releases of everything;
#                   LOWEST=1: the tests with the oldest releases of everything that smtpscope allows
# make one T=tests/cli/test_help.py    these tests alone, up to the first that fails
# make fix          mends what ruff can mend, and formats
# make lock         renews the lock files in requirements/
# make docs         writes the tables of docs/ and the manual page that are made from the program
# make docs-site    builds the documentation as a web site with search, in site/
# make bench        measures against other readers and writes docs/benchmark.md (QUICK=1: 2 minutes instead of 15)
# make tasks        six tasks of an administrator with real key events; writes the table of keys in docs/tasks.md
# make evaluate     how well replies are recognised; writes docs/evaluation.md (REPLIES=FILE: other labelled replies too)
# make properties   tries twenty times as many examples of each property as make test does
# make terminals    tries the terminals that are installed, under Xvfb; writes the table in docs/terminals.md
# make fuzz         damages logs of every form and reads them (MINUTES=5, FIRST=0: the number of the first, FILES=20)
# make corpora      reads public logs that you have downloaded (FOLDERS='a b'; DAMAGED=1000: damaged copies too); without
#                   FOLDERS it lists collections
# make soak         follows a log that grows, rotates and vanishes (MINUTES=10)
# make help         these lines, and the other targets

PYTHON ?= python3
# A Python that is asked for has an environment of its own, so that it is used and not the one that was there before.
ifeq ($(origin PYTHON),file)
ENVIRONMENT := .venv
else
ENVIRONMENT := .venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
endif
VENV ?= $(ENVIRONMENT)$(if $(NEWEST),-newest)$(if $(LOWEST),-lowest)
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed
DOCS_VENV ?= .venv-docs
LOCK_VENV ?= .venv-lock
BENCH_VENV ?= .venv-bench
PEERS := $(BENCH_VENV)/.installed
PIP := -m pip --disable-pip-version-check install --quiet
# Nothing is fetched to build with: what builds was installed from requirements/build.txt before.
LOCKED := --no-build-isolation --use-pep517 --require-hashes
EDITABLE := --no-build-isolation --no-deps --editable .
.PHONY: run test lint types contract pytest properties one fix lock bench tasks evaluate terminals fuzz corpora soak \
	snapshots screenshots samples docs docs-site wheel clean help

run: $(INSTALLED)
	@$(BIN)/smtpscope data/samples

# The checks run beside the tests, each with its output kept together. Types are those of the locked releases, so old
# ones are tested without them.
test: $(DEVELOPED)
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target READY=1 pytest $(if $(LOWEST),,types lint contract)

lint: $(DEVELOPED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPED)
	$(BIN)/mypy

contract: $(DEVELOPED)
	$(BIN)/lint-imports

# NO_COLOR and the like change what is drawn, so the tests start from a clean environment.
CLEAN := env -u NO_COLOR -u FORCE_COLOR -u COLORTERM -u TMUX -u TEXTUAL_THEME -u PYTHONDONTWRITEBYTECODE TZ=UTC
# Pictures are byte for byte those of one release of Textual and Rich.
UNLOCKED := $(if $(NEWEST)$(LOWEST),--ignore tests/app/test_snapshots.py)

pytest: $(DEVELOPED)
	$(CLEAN) $(BIN)/python -m pytest -n auto --dist worksteal $(UNLOCKED)

properties: $(DEVELOPED)
	$(CLEAN) EXAMPLES=8 $(BIN)/python -m pytest -n auto --dist worksteal -m hypothesis

one: $(DEVELOPED)
	$(CLEAN) $(BIN)/python -m pytest -x $(if $(T),$(T),$(error say which tests: make one T=tests/cli/test_help.py))

fix: $(DEVELOPED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(LOCK_VENV)/bin/uv
	@sh scripts/lock.sh $(LOCK_VENV)/bin/uv

# lnav is compared too where it is installed (Debian: apt-get install lnav). The logs are made once and kept in the
# user's cache folder, smtpscope-bench.
bench: $(DEVELOPED) $(PEERS)
	env -u NO_COLOR TZ=UTC PYTHONPATH=tests $(BIN)/python -m bench $(if $(QUICK),--quick) \
		--peers $(BENCH_VENV)/bin/python --into docs/benchmark.md

tasks: $(DEVELOPED)
	env -u NO_COLOR TZ=UTC PYTHONPATH=tests $(BIN)/python -m tasks --into docs/tasks.md

evaluate: $(DEVELOPED)
	PYTHONPATH=tests $(BIN)/python -m support.evaluation docs/evaluation.md $(REPLIES)

# Needs Xvfb, xdotool and xclip, and terminals to try (Debian: apt-get install xvfb openbox xdotool xclip xterm rxvt-unicode
# kitty alacritty xfce4-terminal mlterm stterm pterm tmux screen mosh; foot weston wl-clipboard).
terminals: $(DEVELOPED)
	PYTHONPATH=tests $(BIN)/python -m real_terminals --into docs/terminals.md

MINUTES ?= 5
FIRST ?= 0
fuzz: $(DEVELOPED)
	TZ=UTC PYTHONPATH=tests $(BIN)/python -m fuzz --minutes $(MINUTES) --first $(FIRST) $(if $(FILES),--files $(FILES))

corpora: $(DEVELOPED)
	TZ=UTC PYTHONPATH=tests $(BIN)/python -m corpora $(FOLDERS) $(if $(DAMAGED),--damaged $(DAMAGED))

soak: $(DEVELOPED)
	TZ=UTC PYTHONPATH=tests $(BIN)/python -m soak --minutes $(if $(filter file,$(origin MINUTES)),10,$(MINUTES))

# Redraws the pictures that the snapshot tests compare with; look at each before it is committed.
snapshots: $(DEVELOPED)
	env -u NO_COLOR TZ=UTC $(BIN)/python -m pytest tests/app/test_snapshots.py --snapshot-update

screenshots: $(DEVELOPED)
	env -u NO_COLOR TZ=UTC PYTHONPATH=tests $(BIN)/python -m support.screenshots screenshots

samples: $(DEVELOPED)
	TZ=UTC PYTHONPATH=tests $(BIN)/python -m support.sample_logs data/samples

# Writes what is made from the program: the tables of docs/ and the manual page.
docs: $(DEVELOPED)
	PYTHONPATH=tests:tui $(BIN)/python -m support.made_docs

# Strict: a link that leads nowhere ends it.
docs-site: $(DOCS_VENV)/.installed
	$(DOCS_VENV)/bin/sphinx-build --builder html --fail-on-warning --keep-going --nitpicky --quiet -c docs . site
	@echo "site/docs/index.html"

wheel: $(DEVELOPED)
	$(BIN)/python -m build --no-isolation --wheel --outdir dist .
	$(BIN)/python scripts/sbom.py dist

clean:
	rm -rf .venv .venv-* dist build site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

help:
	@sed -n 's/^# \(make .*\|  .*\)/\1/p;/^$$/q' Makefile
	@echo "make snapshots screenshots samples wheel clean"

$(VENV)/bin/python:
	@sh scripts/make-venv.sh "$(PYTHON)" $(VENV)

$(INSTALLED): pyproject.toml requirements/build.txt requirements/run.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV), which takes about half a minute"
	@$(BIN)/python $(PIP) --require-hashes --requirement requirements/build.txt
	@$(BIN)/python $(PIP) $(LOCKED) --requirement requirements/run.txt
	@$(BIN)/python $(PIP) $(EDITABLE)
	@touch $@

ifdef NEWEST
# Newest means those of today, so they are looked for each time, once.
ifndef READY
.PHONY: $(DEVELOPED)
$(DEVELOPED): | $(VENV)/bin/python
	$(BIN)/python $(PIP) --upgrade --upgrade-strategy eager --requirement requirements/build.in
	$(BIN)/python $(PIP) --upgrade --upgrade-strategy eager --editable '.[dev]'
	@touch $(INSTALLED) $@
endif
else
LOCK := requirements/$(if $(LOWEST),lowest,dev).txt
$(DEVELOPED): pyproject.toml requirements/build.txt $(LOCK) | $(VENV)/bin/python
	@echo "Installing into $(VENV), which takes about a minute"
	@$(BIN)/python $(PIP) --require-hashes --requirement requirements/build.txt
	@$(BIN)/python $(PIP) $(LOCKED) --requirement $(LOCK)
	@$(BIN)/python $(PIP) $(EDITABLE)
	@touch $(INSTALLED) $@
endif

$(DOCS_VENV)/.installed: requirements/build.txt requirements/docs.txt
	@sh scripts/make-venv.sh "$(PYTHON)" $(DOCS_VENV)
	@$(DOCS_VENV)/bin/python $(PIP) --require-hashes --requirement requirements/build.txt
	@$(DOCS_VENV)/bin/python $(PIP) $(LOCKED) --requirement requirements/docs.txt
	@touch $@

$(LOCK_VENV)/bin/uv:
	@sh scripts/make-venv.sh "$(PYTHON)" $(LOCK_VENV)
	@$(LOCK_VENV)/bin/python $(PIP) uv

$(PEERS): Makefile
	@sh scripts/make-venv.sh "$(PYTHON)" $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python $(PIP) 'evtx>=0.14' 'python-evtx>=0.8'
	@touch $@
