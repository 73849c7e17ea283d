# Two commands: `make demo` and `make test`. Each sets up all it needs in .venv.
#
#   PYTHON=python3.12     the interpreter the environment is made with (3.11 to 3.13)
#   TORCH_INDEX=URL       where torch comes from, e.g. https://download.pytorch.org/whl/cpu for a machine without a GPU

PYTHON ?= python3
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test lint types contracts unit bench pictures lock clean

demo: $(STAMP)
	@$(BIN)/tuner demo tuner-demo --open

test: $(STAMP) lint types contracts unit

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

contracts: $(STAMP)
	$(BIN)/lint-imports

unit: $(STAMP)
	@tools/run-tests

bench: $(STAMP) .venv-peers/.installed
	$(BIN)/python -m benchmarks

pictures: $(STAMP)
	$(BIN)/python tools/pictures.py

lock:
	requirements/lock.sh

clean:
	rm -rf $(VENV) .venv-peers build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

.venv-peers/.installed: benchmarks/peers.txt
	@echo "Setting up .venv-peers with the programs that are measured beside ours ..."
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check install -q -r benchmarks/peers.txt
	.venv-peers/bin/python -m pip --disable-pip-version-check install -q --no-deps toolong
	@touch $@

$(STAMP): requirements/lock.txt requirements/torch.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Tuner needs Python 3.11 to 3.13; this is %d.%d. Name another one: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	@echo "Setting up $(VENV) (once; some minutes: PyTorch and the training stack are large) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install -q $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX) )-r requirements/torch.txt
	$(PIP) install -q --require-hashes --no-deps -r requirements/lock.txt
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@
