# `make demo` runs the console beside its sandbox, `make test` proves it; `make help` lists the rest.
PORT ?= 8000
PYTHON_IN := .venv/bin/python
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
.DEFAULT_GOAL := help
.PHONY: demo shell manage test fmt lock bench crash clean help
export PORT

demo: ## Run the console on PORT (8000) with a sandbox; state under VAR_DIR (var/)
	@scripts/install requirements.lock
	@exec $(PYTHON_IN) -m console.demo

shell: ## Open a Django shell on the state of the demo (PORT and VAR_DIR as for demo)
	@$(PYTHON_IN) -m console.demo.manage shell

manage: ## Run a Django command on the state of the demo: make manage ARGS="operations"
	@$(PYTHON_IN) -m console.demo.manage $(ARGS)

test: ## Check format, lint, types and templates, and run every test
	@scripts/install tests/requirements.lock
	@exec $(PYTHON_IN) -m tests.suite

fmt: ## Rewrite Python and templates in the format that `make test` wants
	@scripts/install tests/requirements.lock
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	.venv/bin/djhtml --tabwidth 2 templates

lock: ## Compile both lock files from pyproject.toml (needs uv; UPGRADE=1 takes newer versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra sandbox pyproject.toml -o requirements.lock
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra sandbox --extra test -c requirements.lock pyproject.toml -o tests/requirements.lock

bench: ## Measure: every module of tests/benchmarks in turn, best on a machine that does nothing else
	@scripts/install tests/requirements.lock
	@for module in $(basename $(notdir $(wildcard tests/benchmarks/[a-z]*.py))); do \
	    echo "== $$module"; $(PYTHON_IN) -m tests.benchmarks.$$module || exit 1; \
	done

crash: ## Kill a worker at every line and system call (needs strace), on the database of DATABASE_URL or SQLite
	@scripts/install tests/requirements.lock
	ALL_LINES=1 SYSCALL_POINTS=0 $(PYTHON_IN) -m pytest -q -s $(addprefix tests/crash/test_,lines.py late.py syscalls.py)

clean: ## Remove everything that was installed or built, but not the state under var/
	rm -rf .venv staticfiles test-results .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@sed -n 's/^\([a-z]*\): .*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8
