# Two commands for a fresh machine with Python >= 3.12 and make: `make demo` and `make test`.

PYTHON := $(shell for p in python3 python3.13 python3.12 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

COUNT := 40
SEED := 1

.PHONY: demo test corpus mutants check docs bench constraints clean

demo: .venv/installed  ## a town over 20 years; with a cluster and its parts; size by funding
	$(BIN)/sim run mid_sized_town --reps 20 --seed 1 --png --out demo/town --force
	$(BIN)/sim compare mid_sized_town transition_cluster --parts --reps 60 --seed 1 --out demo/cluster --force
	rm -rf demo/headline
	$(BIN)/sim sweep cluster_size_by_funding --out demo/headline
	$(BIN)/sim report demo/headline

test: .venv/installed-test  ## the quick suite
	$(BIN)/python -m pytest -n 2 --dist=worksteal -m "not statistical and not slow and not corpus"

corpus: .venv/installed-test  ## what is too long for CI: 33,500 damaged files and folders, ensembles of towns; some 15 minutes
	$(BIN)/python -m pytest -n 2 -m corpus

mutants: .venv/installed-test  ## whether the tests see faults: make mutants COUNT=100 SEED=2
	$(BIN)/python -m tests.mutation.gate --count $(COUNT) --seed $(SEED)

check: .venv/installed-dev  ## everything that CI checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist=worksteal -m "not corpus" --hypothesis-profile=thorough
	$(MAKE) docs

docs: .venv/installed-dev  ## the documentation, in docs/_build/html
	$(BIN)/sphinx-build -W -q -b html docs docs/_build/html

bench: .venv/installed-dev  ## timings, as tables in benchmarks/results
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.test_kernels

constraints: .venv/installed-dev  ## the versions that were tested, for a release
	$(BIN)/python -m docs.constraints >constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf .venv demo docs/_build docs/generated

.venv/python:
ifeq ($(PYTHON),)
	@echo "Essaim needs Python 3.12 or newer; none was found on the PATH." >&2; exit 1
endif
	$(PYTHON) -m venv .venv
	touch $@

.venv/installed: .venv/python pyproject.toml
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --editable '.[geo]'
	touch $@

.venv/installed-test: .venv/python pyproject.toml
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --editable '.[test]'
	touch $@ .venv/installed

.venv/installed-dev: .venv/python pyproject.toml
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --editable '.[dev]'
	touch $@ .venv/installed .venv/installed-test
