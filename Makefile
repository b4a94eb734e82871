# Two commands do all: `make demo` and `make test`. Each sets up what it needs, once.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
PIP = $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt
# Of what pip tells, how far it is; its errors come by another way. A shell reads a pipe line by line, awk need not.
SHOW_PIP = (n=0; while read -r word rest; do case $$word in \
	Collecting) n=$$((n + 1)); [ $$((n % 25)) -ne 0 ] || echo "          $$n found" ;; \
	Installing) case $$rest in collected*) echo "  3 of 3: installing them, which takes longest" ;; esac ;; esac; done)
DEMO := /zof run proj_abc staging suite_pr_smoke

.PHONY: help setup demo test fuzz chaos referee bench check format screenshots constraints clean

help: ## What can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## Make .venv, once

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python3 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@rm -f $(READY)
	@echo "Setting up .venv, once: a few minutes."
	@echo "  1 of 3: pip itself"
	@$(PIP) -qq --upgrade pip
	@echo "  2 of 3: fetching the libraries, about $$(grep -c == constraints.txt)"
	@{ $(PIP) -e '.[all]' --group dev && touch $(READY); } | $(SHOW_PIP)
	@test -e $(READY) || { echo "The libraries could not be installed; what pip said stands above. make $(MAKECMDGOALS) tries again."; exit 1; }

demo: $(READY) ## The main job on this machine: Zof, Slack, the bot and a notebook
	@if [ -t 0 ] && [ -t 1 ]; then exec $(BIN)/zofops demo; else exec $(BIN)/zofops demo --once "$(DEMO)"; fi

test: $(READY) ## All tests, a real browser included; the client's over sockets on httpx2 too
	@$(BIN)/python -m tests.support.browser
	@test -n "$(ARGS)" || ZOF_HTTP=httpx2 $(BIN)/python -m pytest -q -n auto --dist loadfile tests/integration/zof_core
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

fuzz: $(READY) ## The property tests with many new examples, schemathesis with 200 an operation
	@$(BIN)/python -m pytest -n auto -m hypothesis --hypothesis-profile long --timeout 3600 $(ARGS)
	@ZOF_SCHEMA_EXAMPLES=200 $(BIN)/python -m pytest -q tests/integration/zof_local/platform/test_openapi.py --timeout 3600

chaos: $(READY) ## The bot killed 300 times at random in bad weather; the platform killed 50 times
	@ZOF_CHAOS_KILLS=300 $(BIN)/python -m pytest -q tests/integration/slack_bot/test_chaos.py tests/integration/slack_bot/test_sockets_alone.py $(ARGS)
	@ZOF_PLATFORM_KILLS=50 $(BIN)/python -m pytest -q tests/integration/zof_local/platform/test_chaos.py $(ARGS)

referee: $(READY) ## The same Web API calls to npm's emulate and to our workspace, answers compared
	@$(BIN)/python -m tests.referee

bench: $(READY) ## The client beside raw httpx, the bot beside bare Bolt, panels beside core widgets, as ratios
	@$(BIN)/python -m benchmarks.client $(ARGS)
	@$(BIN)/python -m benchmarks.platform
	@$(BIN)/python -m benchmarks.bot
	@$(BIN)/python -m tests.support.browser
	@$(BIN)/python -m benchmarks.notebook

check: $(READY) ## Lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: $(READY) ## Take the pictures of README and docs/ anew
	@$(BIN)/python -m tests.support.browser
	@new=$$(mktemp -d) && ZOF_SCREENSHOTS=$$new $(BIN)/python -m pytest -q tests/browser/test_workspace_page.py tests/browser/test_jupyterlab.py tests/browser/test_notebook_panels.py tests/browser/test_notebook_explorer.py \
		&& for old in docs/images/*.png; do cp $$new/$${old##*/} $$old; done; made=$$?; rm -rf $$new; exit $$made

constraints: ## Choose newer versions of the libraries
	@tmp=$$(mktemp -d) && $(PYTHON) -m venv $$tmp && $$tmp/bin/pip install --quiet --upgrade pip \
		&& $$tmp/bin/pip install --quiet '.[all]' --group dev && $$tmp/bin/pip freeze --all --exclude zof-chatops > constraints.txt; rm -rf $$tmp

clean: ## Remove .venv and all that was made
	rm -rf .venv .zof-local .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
