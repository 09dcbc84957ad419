# `make` alone lists what there is.
PORT ?= 8080
DATA ?= .skep

BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --python-version 3.11
LOCKS := services/requirements
CODE := services tests

.DEFAULT_GOAL := help
.PHONY: help venv run test lint format schema routes lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: ## Make .venv with all that running and developing needs
	@sh services/local/venv.sh all

run: ## Run the whole platform here: make run [PORT=8080] [DATA=.skep]
	@sh services/local/venv.sh run
	@exec $(BIN)/python -m services.local.run --port "$(PORT)" --data "$(DATA)"

test: venv ## Run every test that can run here
	@$(BIN)/python -m tests

lint: venv ## Check format, style, types and imports
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/pylint services
	$(BIN)/mypy
	$(BIN)/lint-imports

format: venv ## Format the code and sort its imports
	$(BIN)/ruff check --select I --fix $(CODE)
	$(BIN)/ruff format $(CODE)

schema: venv ## Write services/migrations/schema.sql again, after a change of the migrations
	$(BIN)/python -m services.local.schema

routes: venv ## Write services/routes.json again, after a change of the catalog or of a path
	$(BIN)/python -m services.local.catalog

lock: venv ## Resolve pyproject.toml into both lock files (UPGRADE=--upgrade for new versions)
	$(COMPILE) $(UPGRADE) --extra dev pyproject.toml -o $(LOCKS)/all.lock
	$(COMPILE) --extra local -c $(LOCKS)/all.lock pyproject.toml -o $(LOCKS)/run.lock
