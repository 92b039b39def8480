# Two commands set everything up: `make demo` and `make test`. Both make their own virtual environment.
# PYTHON=python3.12 chooses the interpreter, VENV= the folder, PYTEST_ARGS= adds to the suite's command line.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

# What an editable install has to be repeated for: packaging, and sources that are compiled.
BUILT_FROM := setup.py pyproject.toml $(wildcard src/_accel/*.pyx src/_accel/*.pxi src/_accel/include/*.h scl/__init__.py)
# Other people's implementations to test against, and the [speed] extra. A missing wheel costs its tests (skipped
# visibly), not the run.
PEERS := construct dlt645 dlt698 iec61850 numpy pyarrow pyiec61850-ng
SPEED := uvloop

.PHONY: demo test lint format types house interop conformance bench clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.installed
	@$(BIN)/python -c "from meterwire import _accel; print(_accel.describe())"
	@$(BIN)/meterwire demo

test: $(VENV)/.test
	@$(BIN)/python -c "from meterwire import _accel; print(_accel.describe())"
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet || { echo "the formatter would change the files above: make format"; exit 1; }

types: $(VENV)/.dev
	@$(BIN)/python tools/linktree.py
	@$(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix-only --exit-zero

# What the embeddable parser knows of DL/T 645 items; after a change of the catalogue.
layout: $(VENV)/.installed
	@$(BIN)/python tools/write_layout.py

house:
	@$(PYTHON) tools/draw_house.py

interop:
	@$(PYTHON) tools/draw_interop.py

# The page of conformance runs from what tools/run_conformance.py measured.
conformance: $(VENV)/.test
	@$(BIN)/python tools/draw_conformance.py

bench: $(VENV)/.test
	@for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean:
	rm -rf $(VENV) build dist src/_accel/*.so .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created:
	@echo "meterwire: making $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# Each install brings its extra and the package itself, so that nothing is compiled twice in a row.
$(VENV)/.installed: $(VENV)/.created $(BUILT_FROM)
	@echo "meterwire: installing into $(VENV) (about a minute the first time)"
	@$(PIP) install -e .
	@touch $@

$(VENV)/.test: $(VENV)/.created $(BUILT_FROM)
	@echo "meterwire: installing with the test extra into $(VENV) (about a minute the first time)"
	@$(PIP) install -e '.[test]'
	@for name in $(PEERS) $(SPEED); do \
	    $(PIP) install "$$name" 2>/dev/null || echo "meterwire: $$name cannot be installed here; its tests will be skipped"; \
	done
	@touch $(VENV)/.installed $@

$(VENV)/.dev: $(VENV)/.created $(BUILT_FROM)
	@$(PIP) install -e '.[dev]'
	@touch $(VENV)/.installed $@
