# `make` alone lists what there is to do. Written for GNU make 3.81 or newer and a POSIX shell.
.DEFAULT_GOAL := help
.SUFFIXES:
.PHONY: help setup lab playground test test-all mutants test-colab test-versions notebooks wheel site film bench lock clean

PYTHON ?=
GPU ?=
LAB_ARGS ?=
LESSONS ?=
AUTHOR ?=
VOILA_ARGS ?=
UPGRADE ?=
VERSIONS ?=
NOTEBOOKS ?= $(sort $(wildcard notebooks/*.ipynb)) $(sort $(wildcard notebooks/solutions/*.ipynb))
BIN = .venv/bin
# Tests run in two processes, a file in one of them; TensorFlow takes half of the cores in each.
HALF = TF_NUM_INTRAOP_THREADS=$$(( ($$(getconf _NPROCESSORS_ONLN) + 1) / 2 ))
PYTEST = $(HALF) $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-21s%s\n", $$1, $$2 }'
	@echo
	@echo "  PYTHON=/path/to/python3.13    the Python to make .venv with (3.11, 3.12 or 3.13)"
	@echo "  GPU=1                         CUDA libraries along with TensorFlow (Linux, NVIDIA)"
	@echo "  LESSONS=my_lessons            with lab: the folder of your copy"
	@echo "  AUTHOR=1                      with lab: the committed notebooks instead"
	@echo "  LAB_ARGS='--no-browser'       more arguments for JupyterLab"
	@echo "  VOILA_ARGS='--no-browser'     more arguments for Voilà, which serves the playground"
	@echo "  NOTEBOOKS='notebooks/01*'     the notebooks to test or to run"
	@echo "  VERSIONS=lowest               with test-versions: only these"
	@echo "  UPGRADE=1                     with lock: take the newest versions"

setup: ## make .venv from requirements.lock; does nothing when it is up to date
	@PYTHON='$(PYTHON)' GPU='$(GPU)' SITE='$(SITE)' sh tools/setup.sh

lab: setup ## open JupyterLab on your own copy of the lessons
	@exec $(BIN)/python -m tools.lab $(if $(AUTHOR),--author) $(if $(LESSONS),--folder '$(LESSONS)') $(LAB_ARGS)

playground: setup ## serve all explorers as a page without code
	JUPYTER_PATH='$(CURDIR)/tools/jupyter' exec $(BIN)/voila notebooks/playground.ipynb --Voila.ip=localhost --template=playground $(VOILA_ARGS)

test: setup ## check all that CI checks: lint, types, tests, doctests, notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST)
	$(if $(strip $(NOTEBOOKS)),$(PYTEST) --nbval-lax --nbval-current-env $(NOTEBOOKS))

test-all: test ## the same and the slow tests
	$(PYTEST) -m slow

mutants: setup ## change architecture/ one place at a time and see whether its tests notice (a night)
	$(BIN)/mutmut run --max-children 1
	$(BIN)/mutmut results

test-colab: NOTEBOOKS = $(wildcard notebooks/0[1236]_*.ipynb) notebooks/playground.ipynb
test-colab: ## run some notebooks on what Colab has (Python 3.13, its packages), in .venv-colab
	@python=$$(PYTHON='$(PYTHON)' sh tools/find_python.sh colab) && \
	"$$python" -u -m tools.colab $(NOTEBOOKS)

test-versions: ## run tests and notebooks on the lowest and on the highest versions supported
	@python=$$(PYTHON='$(PYTHON)' sh tools/find_python.sh) && \
	"$$python" -u -m tools.versions $(VERSIONS:%=--edge %) $(NOTEBOOKS)

notebooks: setup ## run the notebooks from top to bottom, and write them and docs/results.md tidied
	$(BIN)/python -m tools.notebooks $(NOTEBOOKS)
	$(BIN)/python -m tools.results

wheel: setup ## build the package's wheel into dist/, for Colab for instance
	$(BIN)/python -m build --no-isolation --wheel --outdir dist .

site: SITE = 1
site: setup ## build the documentation's pages into build/site, with the packages of requirements-site.lock
	$(BIN)/python -m tools.site build/site

film: setup ## make README's moving picture anew: a hand that pulls bars (needs Chromium)
	$(BIN)/python -m tests.browser.film

bench: setup ## measure what must be fast
	$(BIN)/python -m pytest benchmarks

lock: ## renew the three requirements*.lock and environment.yml from pyproject.toml
	@python=$$(PYTHON='$(PYTHON)' sh tools/find_python.sh) && \
	"$$python" -m tools.lock $(if $(UPGRADE),--upgrade)

clean: ## remove .venv and all that can be made again (not your runs)
	rm -rf .venv .venv-colab .venv-lowest .venv-highest build dist mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks *.egg-info
	find . -name .git -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
