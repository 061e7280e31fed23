# Everything in a fresh clone with Python ≥ 3.11 and Node ≥ 20.19, as any user:
#   make demo    a demo company on http://127.0.0.1:8000
#   make test    all tests, with a real PostgreSQL and a real Redis
#   make check   what a change has to pass: formatting, lint, types, imports, schema, tests
#   make soak    the tests in full size
#   make audit   known holes in what is used: asks the public databases of PyPI and npm

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := test
.PHONY: install demo test check lint soak format screens graphiql audit

PYTHON ?= python3
# pytest's own arguments: make test ARGS="-k ranking -x"
ARGS ?=
# processes that tests run in, each with a PostgreSQL and a Redis of its own; 0: this one
WORKERS ?= auto

BIN := .venv/bin
NPM_INSTALL := npm install --no-package-lock --no-audit --no-fund --loglevel=error
# pyright comes whole in its wheel and need not look for a newer one
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

NODE_FOLDERS := $(patsubst %/package.json,%,$(wildcard tests/node/package.json screens/package.json))
NODE_STAMPS := $(addsuffix /node_modules/.installed,$(NODE_FOLDERS))

install: .venv/.installed $(NODE_STAMPS)

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Leitai needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

%/node_modules/.installed: %/package.json
	cd $* && $(NPM_INSTALL)
	touch $@

ifneq ($(wildcard screens/package.json),)
screens: screens/dist/.built
screens/dist/.built: screens/node_modules/.installed schema.graphql $(shell git ls-files --cached --others --exclude-standard screens)
	cd screens && npm run build
	touch $@
endif

# For the demo, and for who sets LEITAI_GRAPHIQL.
graphiql: graphiql/dist/.built
graphiql/dist/.built: graphiql/node_modules/.installed $(wildcard graphiql/*.html graphiql/*.js graphiql/*.css)
	cd graphiql && npm run --silent build
	touch $@

demo: install screens graphiql
	$(BIN)/leitai demo

test: install screens graphiql
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

soak: install screens graphiql
	LEITAI_SOAK=1 $(BIN)/python -m pytest -o faulthandler_timeout=3600 $(ARGS)

check: lint test

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/leitai schema | diff -u schema.graphql - || { echo "schema.graphql is not what leitai schema prints"; exit 1; }

# In an environment and folders of their own: what is looked at stays as it is.
PIP_AUDIT := pip-audit==2.10.1

audit:
	test -x .venv/audit/bin/python || $(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_AUDIT)
	.venv/audit/bin/pip-audit --strict --no-deps --disable-pip -r constraints.txt
	for folder in screens graphiql tests/node; do echo "$$folder:"; made=$$(mktemp -d); cp $$folder/package.json $$made; \
	    (cd $$made && npm install --package-lock-only --no-fund --no-audit --loglevel=error >/dev/null && npm audit) \
	    || { rm -r $$made; exit 1; }; rm -r $$made; done

format: install
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
