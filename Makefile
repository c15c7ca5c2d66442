# make run      set up, then the two-agent example
# make test     set up, then the tests
# make lint     style; make types: types; make lock: refresh the locks; make clean
# make notebooks    run the notebooks anew and keep what they show; needs Prosody and ejabberd
#
# PYTHON=/path/to/python3.12 chooses the Python, VENV=folder where the environment goes.

VENV := .venv
PYTHON :=
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	pyproject.toml --group build

.DELETE_ON_ERROR:
.PHONY: run test lint types notebooks lock clean runtime dev

run: runtime
	$(BIN)/simulator run scenarios/two_agents.yaml --narrate

test: dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev
	$(BIN)/mypy

# The set-up is done again when a lock changes, and only then.
runtime: $(VENV)/.runtime
dev: $(VENV)/.dev

$(BIN)/python:
	@python=$$(PYTHON="$(PYTHON)" .ci/find-python) || exit 1; \
	echo "Setting up $(VENV) with $$($$python --version), $$python. Once; this takes a minute."; \
	$$python -m venv --clear $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what requirements.lock names"
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what requirements-dev.lock names"
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

notebooks: dev
	$(BIN)/python -m nbconvert --to notebook --execute --inplace \
		--ExecutePreprocessor.record_timing=False notebooks/*.ipynb

# Keeps the versions that are locked wherever pyproject.toml allows them still.
lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --extra notebook --constraint requirements.lock \
		--output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find simulator tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
