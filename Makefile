# Concord's commands. `make help` lists them; README.md tells the tour.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# All cores, but no more databases than a small machine bears; WORKERS=-n0 for one process.
WORKERS ?= -n logical --maxprocesses=4
# The mock has a port of its own, so that it can stand beside the service.
MOCK_PORT := $(or $(PORT),4010)
# The stamps carry the directory's checksum: a virtual environment does not survive a move.
HERE := $(shell printf %s "$(CURDIR)" | cksum | cut -d ' ' -f 1)
RUN := $(VENV)/.run-$(HERE)
DEV := $(VENV)/.dev-$(HERE)
# What builds the site has an environment of its own, which nothing else needs.
SITE_ENV := .venv-site/.made-$(HERE)

# A demo unless the environment says otherwise; the console script knows no other default either.
export CONCORD_MODE ?= demo

.PHONY: help check run test test-e2e test-faults test-clients clients bench evaluate token import worker migrate lint types contracts \
	lint-spec compat mock collection examples spec spec-check release-spec docs site serve-site lock fmt clean reset

help: ## List the targets.
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1	\2/p' Makefile | expand -t 16

run: $(RUN) ## Start everything on 127.0.0.1:$PORT (8000), until Ctrl-C; EMPTY=1 for accounts without patients.
	@exec $(BIN)/service run --with-parent

test: $(DEV) ## Run the unit, API, house and concurrency tests.
	@$(BIN)/pytest $(WORKERS)

test-e2e: $(DEV) ## Run the story, the roles, Schemathesis and the two-clinic replay against live servers.
	@$(BIN)/pytest -m e2e --timeout=900

test-faults: $(DEV) ## Kill, restart and fill what is below the service, and look whether it recovers.
	@$(BIN)/pytest -m faults --timeout=900

clients: $(DEV) ## Generate and compile the clients under clients/, and print a table; CLIENT="java …" for some.
	@exec $(BIN)/python -m tests.clients build $(CLIENT)

test-clients: clients ## Take every generated client on one journey against a live service; CLIENT="java …" for some.
	@$(BIN)/pytest -m clients -n0 -q tests/clients && exec $(BIN)/python -m tests.clients walk $(CLIENT)

bench: $(DEV) ## Measure against the limits of this machine; prints ratios.
	@$(BIN)/pytest -m bench --timeout=1800 -q -s -p no:xdist

evaluate: $(DEV) ## Run every case and whole plan; precision, recall and nuisance beside four baselines.
	@$(BIN)/python -m tests.conflicts.evaluation

token: $(RUN) ## Print a bearer token: ROLE=physiotherapist [USER=physiotherapist-2] [CLINIC=other].
	@test -n "$(ROLE)" || { echo "make token: say ROLE=…, one of the roles that README.md lists." >&2; exit 2; }
	@exec $(BIN)/service token --role "$(ROLE)" \
		$(if $(filter command line,$(origin USER)),--user "$(USER)") $(if $(CLINIC),--clinic "$(CLINIC)")

import: $(RUN) ## Import FHIR R4 bundles: FILES="a.json b.json.gz" [LEAD=physician] [CLINIC=demo].
	@test -n "$(FILES)" || { echo 'make import: say FILES="…".' >&2; exit 2; }
	@exec $(BIN)/service import-fhir $(if $(LEAD),--lead "$(LEAD)") $(if $(CLINIC),--clinic "$(CLINIC)") $(FILES)

worker: $(RUN) ## Run a worker beside a service that runs elsewhere.
	@exec $(BIN)/service worker

migrate: $(RUN) ## Bring the database to the newest revision.
	@exec $(BIN)/service migrate

lint: $(DEV) ## Look for mistakes and for what is not formatted.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV) ## Check the types.
	@$(BIN)/mypy

contracts: $(DEV) ## Check that every room imports from the storeys below it only.
	@$(BIN)/lint-imports

lint-spec: openapi/node_modules/.package-lock.json ## Lint the committed specification with Spectral and Redocly; needs Node.
	@$(FIND_NODE); cd openapi && \
		node_modules/.bin/spectral lint --fail-severity=hint -r spectral.yaml openapi.json openapi-3.0.json && \
		REDOCLY_SUPPRESS_UPDATE_NOTICE=true node_modules/.bin/redocly lint --config redocly.yaml openapi.json

compat: openapi/node_modules/.package-lock.json ## Compare the specification with the last released one; needs Node.
	@$(FIND_NODE); exec node openapi/compatibility.mjs

mock: openapi/node_modules/.package-lock.json ## Serve the specification's examples on 127.0.0.1:$PORT (4010), until Ctrl-C; needs Node.
	@$(FIND_NODE); echo "The mock answers at http://127.0.0.1:$(MOCK_PORT)/api/v1 with the specification's examples."; \
		echo "Any bearer token will do. Prefer: code=412 asks for another answer; docs/mock-and-collection.md tells more."; \
		exec openapi/node_modules/.bin/prism mock -h 127.0.0.1 -p $(MOCK_PORT) -v warn openapi/openapi.json

collection: openapi/node_modules/.package-lock.json ## Write a Postman collection of every operation into collection/; needs Node.
	@$(FIND_NODE); exec node openapi/collection.mjs

openapi/node_modules/.package-lock.json: openapi/package-lock.json
	@$(FIND_NODE)
	@cd openapi && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	@touch $@

spec: $(RUN) ## Write the specification into openapi/.
	@exec $(BIN)/service spec

examples: $(DEV) ## Record the examples of the specification from a run, and write it anew.
	@$(BIN)/pytest -q -n0 --record tests/openapi/test_recording.py
	@exec $(BIN)/service spec

docs: $(RUN) ## Write the pages of docs/ that are made from tables and from the rules' docstrings.
	@exec $(BIN)/service docs

site: $(DEV) $(SITE_ENV) ## Build the documentation site into site/, and check its links.
	@exec $(BIN)/python -m tests.docsite build

serve-site: site ## Show the documentation site on 127.0.0.1:$PORT (8001), until Ctrl-C.
	@exec $(BIN)/python -m tests.docsite serve

$(SITE_ENV): docs/site/requirements.lock
	@rm -rf .venv-site; $(FIND_PYTHON); $$python -m venv .venv-site >&2 && \
		.venv-site/bin/python -m pip --disable-pip-version-check -q install --require-hashes --no-deps -r $< >&2
	@touch $@

spec-check: $(RUN) ## Fail where openapi/ is not what the code would write.
	@exec $(BIN)/service spec --check

release-spec: $(RUN) ## Make the committed specification the released one, that later changes are held to.
	@test ! -e openapi/released.json || $(MAKE) compat
	@exec $(BIN)/service spec --release

fmt: $(DEV) ## Format, and mend what can be mended without thinking.
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format -q .

lock: ## Write the locks, with hashes, from what is a week old at least; needs uv, UPGRADE=1 moves all.
	@uv=$$(command -v uv || echo $(BIN)/uv); test -x "$$uv" || { echo "make lock needs uv." >&2; exit 1; }; \
	compile() { "$$uv" pip compile -q --generate-hashes --no-emit-index-url --no-header \
		--universal --python-version 3.11 --exclude-newer "7 days" $(if $(UPGRADE),--upgrade) "$$@"; }; \
	compile pyproject.toml --all-extras -o requirements-dev.lock && \
	compile pyproject.toml --extra build -c requirements-dev.lock -o requirements.lock && \
	compile openapi/clients/requirements.in -o openapi/clients/requirements.lock && \
	compile docs/site/requirements.in -o docs/site/requirements.lock

clean: ## Remove what the tools left behind; the database and the environment stay.
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist site *.egg-info
	@find service tests migrations -name __pycache__ -type d -prune -exec rm -rf {} +

reset: ## Remove the demo's database and keys (asks first; YES=1 does not).
	@if [ -z "$(YES)" ]; then printf "Remove var/ with the demo's database and keys? [y/N] " >&2; read answer; \
		[ "$$answer" = y ] || { echo "Nothing was removed." >&2; exit 1; }; fi; \
	if [ -x $(BIN)/python ] && $(BIN)/python -c 'import sys; from pathlib import Path; from service.embedded \
		import EmbeddedPostgres; sys.exit(not EmbeddedPostgres(Path("var")).running())' 2>/dev/null; \
	then echo "The service runs; stop it first." >&2; exit 1; fi; \
	rm -rf var && echo "var/ is gone; make run begins anew."

# --- the virtual environment -----------------------------------------------------------------------

# Finds a Python that can do it, or says in one line what is missing.
define FIND_PYTHON
python=; for name in $(PYTHON) python3.12 python3.13 python3.11 python3.14 python3 python; do \
	if command -v $$name >/dev/null 2>&1 && \
		$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then python=$$name; break; fi; done; \
if [ -z "$$python" ]; then \
	echo "Concord needs Python 3.11 or newer, and there is none on the PATH (set PYTHON=…)." >&2; exit 1; fi; \
if ! $$python -c 'import venv, ensurepip' >/dev/null 2>&1; then \
	echo "$$python has no venv module; on Debian and Ubuntu: apt install python3-venv." >&2; exit 1; fi
endef

# Finds a Node that can do it, with npm, or says in one line what is missing.
define FIND_NODE
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || a == 20 && b >= 19 ? 0 : 1)' \
	>/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then \
	echo "This needs Node.js 20.19 or newer with npm, and there is none on the PATH." >&2; exit 1; fi
endef

# uv where there is one, else pip; both take nothing whose hash is not in the lock.
define INSTALL
if [ ! -x $(BIN)/python ] || ! $(BIN)/python -c 'import pip' >/dev/null 2>&1; then \
	$(FIND_PYTHON); \
	echo "Making the virtual environment, once ($$python)." >&2; \
	rm -rf $(VENV) && $$python -m venv $(VENV) >&2 || exit 1; fi; \
echo "Installing what $(1) names." >&2; \
install() { $(BIN)/python -m pip --disable-pip-version-check -q install "$$@" >&2; }; \
if command -v uv >/dev/null 2>&1 && \
	uv pip install -q --python $(BIN)/python --require-hashes --no-deps -r $(1) >/dev/null 2>&1; then :; \
else install --require-hashes --no-deps -r $(1) || exit 1; fi; \
install --no-build-isolation --no-deps -e . || exit 1; \
rm -f $(VENV)/.run-* $(VENV)/.dev-*
endef

check: ## Say what this machine lacks, if anything.
	@$(FIND_PYTHON); echo "$$($$python --version) with venv: nothing is missing."

$(RUN): requirements.lock pyproject.toml
	@$(call INSTALL,requirements.lock); touch $@

$(DEV): requirements-dev.lock pyproject.toml
	@$(call INSTALL,requirements-dev.lock); touch $(RUN) $@
