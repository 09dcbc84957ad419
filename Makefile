# `make` alone lists what there is.
PORT ?= 8080
DATA ?= .skep
CLOUD_PORT ?= 4566

BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --python-version 3.11
LOCKS := services/requirements
CODE := services jenkins tests
CLIENT := $(if $(URL),--url "$(URL)") $(if $(KEY_FILE),--key-file "$(KEY_FILE)")

.DEFAULT_GOAL := help
.PHONY: help venv run images cloud cloud-down
.PHONY: test test-unit test-integration test-terraform test-pipeline coverage contract postman collection load
.PHONY: lint secrets changes audit sonar sonar-gate sonar-local
.PHONY: name push sign record plan deploy drift smoke summary
.PHONY: format schema routes lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

test-unit: venv ## Run the tests that need nothing but Python; the pipeline's parts can run side by side
	@$(BIN)/python -m tests --part unit

test-integration: venv ## Run the tests that need Postgres, a browser or an emulator
	@$(BIN)/python -m tests --part integration

test-terraform: venv ## Prove terraform/ without an account: every test with its time
	@$(BIN)/python -m tests.terraform

test-pipeline: venv ## Carry out the Jenkinsfile and every job, without a Jenkins; needs Java, Groovy and Node
	@$(BIN)/python -m tests --junit-xml build/junit-pipeline/pipeline.xml tests/pipeline

coverage: venv ## Judge what test-unit and test-integration covered together; writes build/coverage.xml
	@$(BIN)/python -m tests --coverage

contract: venv ## Try thousands of requests made up from the OpenAPI document
	@$(BIN)/python -m tests.contract

postman: venv ## Run the Postman collection: make postman [URL=… KEY_FILE=… FOLDER=smoke]; needs Node 20
	@$(BIN)/python -m tests.postman $(CLIENT) $(if $(FOLDER),--folder "$(FOLDER)") \
		$(if $(ENVIRONMENT),--environment "$(ENVIRONMENT)")

collection: venv ## Write the Postman collection again, after a change of the API
	$(BIN)/python -m tests.postman --write

load: venv ## Load it with k6: make load [WORKLOAD=smoke|average|stress|spike|soak] [JOURNEY=all] [URL=… KEY_FILE=…]
	@$(BIN)/python -m tests.load --journey "$(or $(JOURNEY),all)" --workload "$(or $(WORKLOAD),smoke)" $(CLIENT) \
		$(if $(TARGET),--target "$(TARGET)" --data "$(DATA)") $(if $(ALLOW),--allow "$(ALLOW)") \
		$(if $(DURATION),--duration "$(DURATION)") $(if $(RATE),--rate "$(RATE)") $(if $(RUNS),--runs "$(RUNS)") \
		$(if $(P99),--p99 "$(P99)") $(if $(BASELINE),--baseline "$(BASELINE)" --write-baseline "$(BASELINE)")

lint: venv ## Check format, style, types, imports and Dockerfiles; reports in build/reports
	@$(BIN)/python -m tests.checks lint $(CODE)

secrets: venv ## Look for passwords and keys in all that git has or would take
	@$(BIN)/python -m tests.checks secrets

changes: venv ## Judge the lines that a branch changes, after the tests and lint: make changes [BASE=origin/main]
	@$(BIN)/python -m tests.checks changes --base "$(or $(BASE),origin/main)"

audit: venv ## Ask PyPI for known holes in what is locked: make audit [SERVICE=osv]; needs the internet
	@$(BIN)/python -m tests.checks audit $(if $(SERVICE),--service "$(SERVICE)")

sonar: venv ## Analyse with SonarQube: SONAR_HOST_URL, SONAR_TOKEN
	@$(BIN)/python -m jenkins.sonar scan

sonar-gate: venv ## Wait for the quality gate's verdict on the last analysis, and keep it for the release record
	@$(BIN)/python -m jenkins.sonar gate --export

sonar-local: venv ## A SonarQube of one's own: fetch, start, provision, analyse, judge; until Ctrl-C
	@$(BIN)/python -m jenkins.sonar local

name: venv ## Tell what a release built here would be called
	@$(BIN)/python -m jenkins.summary --name

push: venv ## Push the images by digest: SKEP_REPOSITORY_PREFIX and AWS's own variables
	@$(BIN)/python -m jenkins.release push

sign: venv ## Sign every image's digest: SKEP_SIGNING_KEY
	@$(BIN)/python -m jenkins.release sign

record: venv ## Write, sign and keep the release record: SKEP_RELEASES_BUCKET
	@$(BIN)/python -m jenkins.release build-record

plan: venv ## Save a plan of the release for an environment: make plan ENVIRONMENT=dev [RELEASE=…] [ALLOW_DESTROY=…]
	@$(BIN)/python -m jenkins.release plan --environment "$(ENVIRONMENT)" $(if $(RELEASE),--release "$(RELEASE)") \
		$(if $(ALLOW_DESTROY),--allow-destroy "$(ALLOW_DESTROY)")

deploy: venv ## Apply exactly the saved plan, migrate, move live: make deploy ENVIRONMENT=dev [PREPARE=yes]
	@$(BIN)/python -m jenkins.release deploy --environment "$(ENVIRONMENT)" $(if $(PREPARE),--prepare)

drift: venv ## Say whether an environment is what Terraform says (2: it isn't): make drift ENVIRONMENT=dev
	@$(BIN)/python -m jenkins.release drift --environment "$(ENVIRONMENT)"

smoke: venv ## Ask a deployment for what must work: make smoke URL=… (or ENVIRONMENT=…) [KEY_FILE=…]
	@$(if $(KEY_FILE),SKEP_SMOKE_KEY_FILE="$(KEY_FILE)") $(BIN)/python -m jenkins.release smoke \
		$(if $(URL),--url "$(URL)",--environment "$(ENVIRONMENT)")

summary: venv ## Tell what a build came to: its release, its tests, what would be promoted
	@$(BIN)/python -m jenkins.summary

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
