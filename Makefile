# make run      set up, then the two-agent example
# make test     set up, then the tests
# make lint     style
# make types    types
# make coverage which lines and branches of the package tests without real time miss
# make docs     the documentation site, in build/site
# make notebooks    run the notebooks again and keep their output; needs Prosody and ejabberd
# make lock     refresh the locks; needs uv (pip install uv)
# make clean    remove everything that these targets have made
#
# SPADE=4 sets up and tests with SPADE 4, on Python 3.13, in an environment of its own; without it,
# SPADE 3. PYTHON=/path/to/python3.12 chooses the Python, VENV=folder where the environment goes.

SPADE := 3
ifeq ($(SPADE),4)
VENV := .venv-spade4
PYTHONS := 3.13 3.14 3.12 3.11
LOCKED := requirements-spade4
# All else was looked at with SPADE 3, whose libraries have no types.
TYPED := --package simulator.spade4
else
VENV := .venv
PYTHONS := 3.12 3.11
LOCKED := requirements
TYPED :=
endif
# The tools of the site need a newer Jinja than SPADE 3.3.3 allows.
DOCS_VENV := $(VENV)-docs
PYTHON :=
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.DELETE_ON_ERROR:
.PHONY: run test coverage lint types docs notebooks lock clean runtime dev

run: runtime
	$(BIN)/simulator run scenarios/two_agents.yaml --narrate

test: dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# Measuring makes a run several times as slow, so it is of the tests that need no real time: what
# only real servers, commands and notebooks reach is not counted as covered.
MEASURED := agents analysis behaviours experiments journal report rfc6121 running scenario \
	servers/embedded spade3 virtual_time

coverage: dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not hypothesis" \
		-k "not prosody and not ejabberd" --cov --cov-report=term:skip-covered \
		$(addprefix tests/,$(MEASURED))

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev
	$(BIN)/mypy $(TYPED)

# Material for MkDocs advertises its successor at each build unless it is told not to.
docs: $(DOCS_VENV)/.done
	NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/mkdocs build --strict --quiet
	@echo "The site is in build/site: open build/site/index.html"

# The set-up is done again when a lock changes, and only then.
runtime: $(VENV)/.runtime
dev: $(VENV)/.dev

$(BIN)/python:
	@python=$$(PYTHON="$(PYTHON)" .ci/find-python $(PYTHONS)) || exit 1; \
	echo "Setting up $(VENV) with $$($$python --version), $$python. Once; this takes a minute."; \
	$$python -m venv --clear $(VENV)

$(VENV)/.runtime: $(LOCKED).lock pyproject.toml | $(BIN)/python
	@echo "Installing what $(LOCKED).lock names"
	@$(PIP) --require-hashes --requirement $(LOCKED).lock
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(LOCKED)-dev.lock $(VENV)/.runtime
	@echo "Installing what $(LOCKED)-dev.lock names"
	@$(PIP) --require-hashes --requirement $(LOCKED)-dev.lock
	@touch $@

$(DOCS_VENV)/.done: requirements-docs.lock
	@python=$$(PYTHON="$(PYTHON)" .ci/find-python) || exit 1; $$python -m venv --clear $(DOCS_VENV)
	@echo "Installing what requirements-docs.lock names"
	@$(DOCS_VENV)/bin/python -m pip --disable-pip-version-check install --quiet \
		--require-hashes --requirement requirements-docs.lock
	@touch $@

notebooks: dev
	$(BIN)/python -m nbconvert --to notebook --execute --inplace \
		--ExecutePreprocessor.record_timing=False notebooks/*.ipynb

# Keeps the versions that are locked wherever pyproject.toml allows them still.
lock:
	$(LOCK) pyproject.toml --group build --extra spade3 --output-file requirements.lock
	$(LOCK) pyproject.toml --group build --group dev --extra notebook --extra dask \
		--extra spade3 --constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) pyproject.toml --group build --extra spade4 --output-file requirements-spade4.lock
	$(LOCK) pyproject.toml --group build --group dev --extra notebook --extra dask --extra spade4 \
		--constraint requirements-spade4.lock --output-file requirements-spade4-dev.lock
	$(LOCK) --group docs --output-file requirements-docs.lock

clean:
	rm -rf .venv .venv-spade4 $(VENV) $(DOCS_VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find simulator tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
