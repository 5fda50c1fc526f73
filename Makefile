# make demo    the program against a make-believe house
# make test    everything that must hold before a change lands
#
# Both set up what they need by themselves: system libraries, a virtual environment in .venv, locked dependencies.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ID := io.github.enphase_tray.EnphaseTray

.DEFAULT_GOAL := help
.PHONY: help demo test quick lint format languages screenshots gallery bench bars trust lock sbom package wheel clean distclean python-version system-run system-test

help:
	@echo "make demo         see the program, with a simulated gateway (in the terminal where there is no display)"
	@echo "make test         style, types, contracts, and all tests, the desktop ones too"
	@echo "make quick        the tests that need no desktop"
	@echo "make lint         style, types and contracts only"
	@echo "make format       let ruff put the code in order"
	@echo "make languages    bring the catalogues of all languages up to date and compile them"
	@echo "make screenshots  take the pictures of the README anew"
	@echo "make gallery      render every view in every state, to be looked at (FOLDER=where)"
	@echo "make bench        measure against the program's limits"
	@echo "make bars         measure the promises of the alerts on simulated systems (half an hour)"
	@echo "make trust        measure the promises of SECURITY.md in full (about an hour)"
	@echo "make sbom         write the bill of materials of the locked dependencies"
	@echo "make lock         renew the locked dependencies (UPGRADE=--upgrade for newer versions)"
	@echo "make wheel        build the wheel"
	@echo "make package      freeze the program into a folder and start it once"
	@echo "make clean        remove what was built; make distclean removes the environment too"

demo: $(VENV)/.locked-run | system-run
	$(BIN)/python -m enphase_tray --demo

test: lint
	$(BIN)/python -m pytest -m "not desktop" --numprocesses auto --maxprocesses 4 --dist loadfile
	$(BIN)/python -m pytest -m desktop

quick: $(VENV)/.locked-dev
	$(BIN)/python -m pytest -m "not desktop and not slow"

lint: $(VENV)/.locked-dev | system-test
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	desktop-file-validate packaging/$(ID).desktop
	appstreamcli validate --no-net packaging/$(ID).metainfo.xml

format: $(VENV)/.locked-dev
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

languages: $(VENV)/.locked-dev
	$(BIN)/python packaging/languages.py

screenshots: $(VENV)/.locked-dev | system-test
	PYTHONPATH=. $(BIN)/python packaging/screenshots.py

gallery: $(VENV)/.locked-dev | system-test
	PYTHONPATH=. $(BIN)/python packaging/gallery.py $(or $(FOLDER),build/gallery)

bench: $(VENV)/.locked-dev | system-test
	$(BIN)/python -m tests.benchmarks

bars: $(VENV)/.locked-dev
	$(BIN)/python -m tests.bars

trust: $(VENV)/.locked-dev
	$(BIN)/python -m tests.trust

sbom: $(VENV)/bin/python
	@mkdir -p dist
	$(BIN)/python packaging/sbom.py > dist/enphase-tray.cdx.json

lock: $(VENV)/.locked-dev
	packaging/lock.sh $(UPGRADE)

wheel: $(VENV)/.locked-dev
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation --outdir dist

package: $(VENV)/.locked-dev
	PYTHON=$(PYTHON) packaging/system-packages.sh package
	packaging/smoke.sh

clean:
	rm -rf build dist .coverage htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find enphase_tray tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)

python-version:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed; name one like this: make PYTHON=python3.12 demo" >&2; exit 1; }

system-run: python-version
	@PYTHON=$(PYTHON) packaging/system-packages.sh run

system-test: python-version
	@PYTHON=$(PYTHON) packaging/system-packages.sh test

# The environment is made only after the system packages are known to be there, so that nothing half-done is left.
$(VENV)/bin/python: | system-run
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.locked-run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement $<
	@touch $@

$(VENV)/.locked-dev: requirements-dev.txt requirements.txt | system-test $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement $<
	@touch $(VENV)/.locked-run $@
