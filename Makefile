# MindFerry on one machine. VENV=path uses an environment elsewhere; PYTHON=path another Python (3.11 or 3.12).
VENV ?= .venv
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3,$(shell command -v $(name))))
RUN := $(abspath $(VENV))/bin/python

.PHONY: demo up test corpus bench lint docs environment tools python clean

demo: environment ## start everything, migrate the sample "digits" and show it; EXIT=1 ends with its verdict
	@exec $(RUN) -m launcher demo $(if $(filter-out 0,$(EXIT)),--exit) $(if $(PORT),--port $(PORT))

up: environment ## start everything, for real use
	@exec $(RUN) -m launcher up $(if $(PORT),--port $(PORT))

test: tools ## all checks and all tests, the slow ones too
	@exec $(RUN) -m pytest -m "not corpus" --numprocesses=auto --maxprocesses=2 --dist=loadfile $(ARGS)

corpus: tools ## the whole road of every program in tests/programs, a minute or two each
	@exec $(RUN) -m pytest -m corpus tests/programs $(ARGS)

bench: tools ## how fast translation is here, beside LibCST; CORPUS=folder adds a corpus of yours
	@exec $(RUN) -m tests.benchmarks.translation $(if $(CORPUS),--corpus $(abspath $(CORPUS))) $(ARGS)

lint: tools ## ruff, mypy and the walls between the rooms, without the tests
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m mypy && $(dir $(RUN))lint-imports

docs: environment ## write the pages of docs/ that are made from the catalog's data and the rules
	@$(RUN) -m migrator.documentation

environment: python
	@$(PYTHON) -m launcher.install --venv $(VENV) web worker

tools: python
	@$(PYTHON) -m launcher.install --venv $(VENV) --tools web worker dev

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "MindFerry needs Python 3.11 or 3.12. Install it, or name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }

clean: ## remove the environment in the clone and what caches left; data/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
