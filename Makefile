# Everything from a machine with nothing but Python >= 3.11. `make` alone lists what there is.
# Other interpreter: make PYTHON=/path/to/python run     Other port: make PORT=9000 run     Some tests only: make test T=tests/store

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$p" && break; done)
PORT ?= $(or $(HUB_PORT),8080)
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --emit-build-options --upgrade

# The screens are built when something they are made of is newer than they are; what the hub answers is a part of that.
SCREENS := console/dist/index.html
API_TYPES := console/src/api/schema.generated.ts
SCREEN_SOURCES := $(shell find console -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path 'console/chat/*' -not -name '*.test.ts*')
API_SOURCES := $(shell find hub -name '*.py') config/openapi.py

# What the tests need besides Python: a browser with letters for its pages, a second archive, a second server.
SYSTEM := chromium fonts-dejavu-core fonts-noto-cjk fonts-noto-color-emoji postgresql redis-server redis-sentinel

# Bytecode is kept even where the machine asks for none: else each start of the hub compiles what it imports, 2 s instead of half a second.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test coverage check lint format screens bench chaos accept tour lock wheel system clean
.DELETE_ON_ERROR:

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: .venv/.run $(SCREENS) ## Install what is missing, then the demo shop: words in, answers out (PORT=8080)
	@HUB_PORT=$(PORT) $(BIN)/hub demo

test: system .venv/.dev lint $(SCREENS) ## Install what is missing, then every check and every test
	@tools/node vitest run --silent=passed-only
# Three at once on two cores: half of a test is waiting for servers and browsers. Who shares a house, who begins first: tests/sharing.py.
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(T)

coverage: system .venv/.dev $(SCREENS) ## What no test has seen, branches included: half as much CPU again as the tests alone
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --cov --cov-report=term-missing:skip-covered $(T)

check: .venv/.dev lint $(SCREENS) ## Every check, then the quick tests: before each commit
	@tools/node vitest run --silent=passed-only
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q -m 'not long' $(T)

lint: .venv/.dev $(API_TYPES) ## ruff, format, mypy, import contracts, the screens' types and form; no tests
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@tools/node tsc --noEmit
	@tools/node biome ci --log-level=warn --colors=off

format: .venv/.dev ## Put the code into its one form
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .
	@tools/node biome check --write --log-level=warn --colors=off

screens: $(SCREENS) ## Build the screens into console/dist, where their sources are newer than it

bench: .venv/.dev ## Measure: QUICK=1 ends within 50 s, FULL=1 adds 1 M customers; writes bench/results.json
	@$(BIN)/python -m bench

chaos: system .venv/.dev ## Kill, freeze and cut off processes under load; seeds are printed and can be replayed
	@$(BIN)/python -m tests.chaos $(ARGS)

accept: system .venv/.dev ## Run every promise of docs/promises.md (ARGS='--issue 2', '--row 3')
	@$(BIN)/python -m tools.accept $(ARGS)

lock: .venv/.built ## Choose the newest versions and write the lock files anew
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(subst pyproject.toml,,$(LOCK)) --group build --output-file requirements-build.lock
	@$(subst pyproject.toml,,$(LOCK)) --group node --output-file requirements-node.lock
	@tools/node npm update --save --loglevel=error && $(BIN)/python -m tools.npm_lock

tour: system .venv/.dev $(SCREENS) ## Walk through the demo in a browser and take the pictures of docs/tour anew
	@$(BIN)/python -m tests.walks $(WALK)

wheel: .venv/.built $(SCREENS) ## Build the wheel into dist/
	@$(BIN)/python -m hatchling build -t wheel

system:
	@tools/system $(SYSTEM)

clean: ## Throw away the environment and all caches (never the data folder)
	@rm -rf .venv console/node_modules console/dist console/src/api/*generated* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.* build dist

# --- the environment: each stamp is newer than the lock file it was made from, so a second `make` installs nothing ---

$(BIN)/python:
	@test -n '$(PYTHON)' || { echo 'omnihub needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python'; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; tools/system python3-venv; $(PYTHON) -m venv .venv; }

.venv/.built: requirements-build.lock | $(BIN)/python
	@echo 'preparing .venv'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@touch $@

# uv is ten times quicker; pip stands in where uv does not reach the packages.
.venv/.run: requirements.lock pyproject.toml .venv/.built
	@echo 'installing what the hub needs'
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@echo 'installing what the tests need'
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.lock \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# --- the screens: packages, the API's types, the built files ---

console/node_modules/.installed: console/package-lock.json requirements-node.lock .venv/.built
	@echo 'installing what the screens need'
	@tools/node npm ci --loglevel=error >/dev/null
	@touch $@

# The stamp is new whenever the hub's code is; the description only when it says something else, so the screens are not built for nothing.
console/src/api/openapi.generated.json: .venv/.api ;
.venv/.api: $(API_SOURCES) .venv/.run
	@$(BIN)/python -m config.openapi > .venv/openapi.json
	@mkdir -p console/src/api
	@cmp -s .venv/openapi.json console/src/api/openapi.generated.json || cp .venv/openapi.json console/src/api/openapi.generated.json
	@touch $@

$(API_TYPES): console/src/api/openapi.generated.json console/node_modules/.installed
	@tools/node openapi-typescript src/api/openapi.generated.json --default-non-nullable=false --output src/api/schema.generated.ts >/dev/null

$(SCREENS): $(API_TYPES) $(SCREEN_SOURCES)
	@echo 'building the screens'
	@tools/node npm run --silent build
	@touch $@
