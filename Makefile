# The two commands a newcomer needs: `make conformance` and `make test`.
PYTHON ?= python3.11
VENV   := .venv
STAMP  := $(VENV)/.installed

.PHONY: conformance test lint format lock bench clean

conformance: $(STAMP)  ## run every scenario through both SDKs; ARGS="..." are passed on
	@$(VENV)/bin/conformance run $(ARGS)

test: $(STAMP)  ## the suite's own tests; ARGS="..." are passed on to pytest
	@$(VENV)/bin/python -m pytest $(ARGS)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build
