# SPDX-License-Identifier: MIT
# Everything starts here. A fresh machine needs Python 3.11+, git and make; nothing else.

PYTHON ?= python3
SIZE ?= ci
# Rigs at work beside each other; what each says is shown whole.
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp-$(shell cat requirements/dev.lock requirements/bootstrap.lock pyproject.toml | cksum | cut -d' ' -f1)
PEERS := $(patsubst requirements/peers/%.lock,.peers/%/.stamp,$(wildcard requirements/peers/*.lock))
RIGS := $(sort $(wildcard prove/*.py))
BENCHES := $(sort $(wildcard bench/*.py))

.PHONY: setup peers demo vendor test check conformance prove bench serve sbom wheel packages clean

setup: $(STAMP)

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tasuki needs Python 3.11 or newer; found $$($(PYTHON) --version). Set PYTHON=/path/to/python3.11."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed: install the venv package of your system (Debian: apt-get install python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/bootstrap.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.stamp-*
	@touch $@

peers: $(PEERS)

.peers/%/.stamp: requirements/peers/%.lock | setup
	@$(PYTHON) -m venv --clear .peers/$*
	@$(BIN)/uv pip sync --quiet --python .peers/$*/bin/python --require-hashes $<
	@touch $@

demo: setup
	@$(BIN)/tasuki demo $(if $(KEEP),--keep $(KEEP))

packages:
	@sh requirements/packages.sh

vendor: setup
	@$(BIN)/python -m pip download --quiet --require-hashes --requirement requirements/run.lock --dest dist/vendor
	@echo dist/vendor

test: setup packages
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

conformance: setup
	@$(BIN)/python -m pytest tests/conformance tests/vectors

check: setup
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest tests/house

prove: setup peers
	@printf '%s\n' $(RIGS) | xargs -P $(JOBS) -I{} sh -c 'said=$$($(BIN)/python {} --size $(SIZE) 2>&1); code=$$?; \
		printf "== %s: %s\n%s\n" {} "$$(test $$code = 0 && echo holds || echo FAILS)" "$$said"; exit $$code'

bench: setup peers
	@set -e; for bench in $(BENCHES); do $(BIN)/python $$bench; done

serve: setup
	@$(BIN)/tasuki serve $(NODE)

wheel: setup
	@$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir dist

sbom: setup
	@mkdir -p dist && $(BIN)/cyclonedx-py requirements requirements/run.lock --output-reproducible --output-file dist/sbom.cdx.json
	@echo dist/sbom.cdx.json

clean:
	@rm -rf $(VENV) dist .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
