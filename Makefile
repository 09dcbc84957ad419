# `make` alone lists what there is.
PORT ?= 8080
DATA ?= .skep
CLOUD_PORT ?= 4566

BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --python-version 3.11
LOCKS := services/requirements
CODE := services tests

.DEFAULT_GOAL := help
.PHONY: help venv run images cloud cloud-down test test-terraform lint format schema routes lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: ## Make .venv with all that running and developing needs
	@sh services/local/venv.sh all

run: ## Run the whole platform here: make run [PORT=8080] [DATA=.skep]
	@sh services/local/venv.sh run
	@exec $(BIN)/python -m services.local.run --port "$(PORT)" --data "$(DATA)"

images: venv ## Build the Lambda images with Docker: make images [SERVICE="sales forms"] [BASE=…] [ARCHITECTURE=arm64]
	@exec $(BIN)/python -m services.local.images $(SERVICE) $(if $(BASE),--base "$(BASE)") \
		$(if $(ARCHITECTURE),--architecture "$(ARCHITECTURE)") $(if $(SOURCE),--source "$(SOURCE)")

cloud: venv ## Run it as in AWS, from images behind an emulator: make cloud [CLOUD_PORT=4566] [DATA=.skep]; needs Docker
	@exec $(BIN)/python -m services.local.cloud up --port "$(CLOUD_PORT)" --data "$(DATA)"

cloud-down: venv ## Remove all that make cloud made
	@exec $(BIN)/python -m services.local.cloud down --data "$(DATA)"

test: venv ## Run every test that can run here
	@$(BIN)/python -m tests

test-terraform: venv ## Prove terraform/ without an account: every test with its time
	@$(BIN)/python -m tests.terraform

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

routes: venv ## Write services/routes.json and gateway.json again, after a change of what they are made of
	$(BIN)/python -m services.local.catalog

lock: venv ## Resolve pyproject.toml into all lock files (UPGRADE=--upgrade for new versions)
	$(COMPILE) $(UPGRADE) --extra dev pyproject.toml -o $(LOCKS)/all.lock
	$(COMPILE) --extra local -c $(LOCKS)/all.lock pyproject.toml -o $(LOCKS)/run.lock
	@$(BIN)/python -m services.local.images.locks | while read -r service extras; do \
		echo "$(LOCKS)/images/$$service.lock"; \
		$(COMPILE) $$extras -c $(LOCKS)/all.lock pyproject.toml -o $(LOCKS)/images/$$service.lock || exit 1; done
