# The commands of README.md. Each does the set-up that it needs.
#   make setup [STACK=onedl|openmmlab]   environment in .venv (.venv-openmmlab)
#   make demo                            the main job on procedurally made cities
#   make test [JOBS=2]                   the test-suite, in JOBS processes
#   make coverage [JOBS=2]               the same, with coverage: half as long again
#   make faults [PARTS="kills full"]     the long part of the fault suite, a quarter of an hour
#   make lint                            ruff
STACK ?= onedl
PYTHON ?= python3
VENV := $(if $(filter openmmlab,$(STACK)),.venv-openmmlab,.venv)
BIN := $(VENV)/bin
TORCH ?= torch==2.13.0
JOBS ?= 2
MARK := $(VENV)/.ready

.PHONY: setup demo test coverage faults lint
setup: $(MARK)

$(MARK): setup.py tools/setup_environment.sh
	bash tools/setup_environment.sh $(STACK) $(VENV) $(PYTHON) "$(TORCH)"
	touch $@

demo: setup
	$(BIN)/python tools/demo.py

test: setup
	$(BIN)/python -m pytest -n $(JOBS)

# COVERAGE_FILE: what tests run in other folders is measured into the same place.
coverage: setup
	COVERAGE_FILE=$(CURDIR)/.coverage $(BIN)/python -m pytest -n $(JOBS) --cov=mmuda --cov-report=term --cov-fail-under=90

faults: setup
	OMP_NUM_THREADS=1 $(BIN)/python tests/faults/long.py $(PARTS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check mmuda tools tests projects setup.py
