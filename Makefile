# `make report` and `make test` do everything on a fresh machine with Python 3.11 to 3.13.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: report test lint types published bench bench-rivals browser formal thorough docs links vllm clean

report: $(VENV)/ready
	$(BIN)/kvratio report

test: $(VENV)/ready
	$(BIN)/python -m pytest

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready
	$(BIN)/mypy

# what reports/published/ holds must come out again, and every verdict must be as declared
published: $(VENV)/ready
	mkdir -p reports/out
	$(BIN)/kvratio bounds --check > reports/out/bounds.txt
	$(BIN)/kvratio check --check
	$(BIN)/kvratio study hindsight --trials 8 --moves 20000 --rebuilds 20000 --rounds 1
	$(BIN)/kvratio study bounds-met --check
	$(BIN)/kvratio study reproduction --check
	$(BIN)/kvratio study experiments lmsys-1 lmsys-2 lmsys-3 mc-sf --check
	$(BIN)/kvratio report --check

bench: $(VENV)/ready
	$(BIN)/kvratio study bench

# beside other tools (reports/published/rivals.md): an environment of its own, and the network
bench-rivals: .venv-rivals/ready
	.venv-rivals/bin/python -m tests.rivals.measure

.venv-rivals/ready: pyproject.toml
	$(PYTHON) -m venv .venv-rivals
	.venv-rivals/bin/python -m pip install --quiet --editable '.[all,rivals]'
	touch $@

# the pages in a real browser; needs chromium (apt-get install chromium)
browser: $(VENV)/browser
	$(BIN)/kvratio report --all
	REPORT=reports/out $(BIN)/python -m pytest -n0 -m browser tests/browser

# the theorems under the ledger, by Coq; needs apt-get install coq libcoq-coquelicot libcoq-interval
FORMAL := reports/out/formal

formal: $(VENV)/ready
	$(BIN)/kvratio check --formal --build $(FORMAL)
	FORMAL=$(FORMAL) $(BIN)/python -m pytest -n0 -m formal tests/formal

# mutation testing, fuzzing, branch coverage of the checker: hours; interrupted, it goes on where it
# stopped; the figures go to reports/published/quality.md
# inputs of a parser, and faults of a module
RUNS ?= 100000
FAULTS ?= 200

# runs a part and keeps how long it took
TIMED := $(BIN)/python -m tests.thorough.timed

thorough: $(VENV)/thorough formal
	$(TIMED) coqchk sh -c 'cd $(FORMAL) && coqchk -silent -o -Q . KVRatio KVRatio.Statements'
	$(TIMED) branches $(BIN)/python -m tests.thorough.branches
	$(TIMED) fuzzing $(BIN)/python -m tests.thorough.fuzz --runs $(RUNS)
	$(TIMED) mutation $(BIN)/python -m tests.thorough.mutation --most $(FAULTS)
	$(BIN)/python -m tests.thorough.quality

# the documentation: reports/out/docs/index.html; every warning is an error
docs: $(VENV)/ready
	$(BIN)/python -m sphinx -q -W --keep-going -j auto -b html reports/docs reports/out/docs

# policies inside vLLM's own scheduler: an environment of its own with 10 GB, half an hour in all
TRACE ?= ../shared/data/azure2023_conv.csv

vllm: .venv-vllm/ready
	.venv-vllm/bin/python -m tests.inside_vllm.publish $(TRACE)

.venv-vllm/ready: pyproject.toml
	$(PYTHON) -m venv .venv-vllm
	.venv-vllm/bin/python -m pip install --quiet --editable '.[vllm,testing]'
	touch $@

# the links that lead outside; needs the network, so it is no part of CI
links: $(VENV)/ready
	$(BIN)/python -m sphinx -q -b linkcheck -D nb_execution_mode=off reports/docs reports/out/links

$(VENV)/browser $(VENV)/thorough: $(VENV)/%: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	touch $@

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis reports/out reports/docs/api
