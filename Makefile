# Lifang. `make run` starts it, `make test` proves it, `make help` lists the rest.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CGO_ENABLED := 0
BIN    := bin/lifang
TOOLS  := $(CURDIR)/.cache/bin
DATA   ?= data
ADDR   ?= 127.0.0.1:8080
ROOMS  ?= 400
SEED   ?= 1
LINT   := $(TOOLS)/golangci-lint-2.15.0
STATE  := .cache/state
WEB    := $(shell find web/src web/public web/*.html web/m web/o web/*.ts web/*.json -type f 2>/dev/null)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo source)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

## ---- set up -----------------------------------------------------------------

# Debian packages are installed only where we are root and something is missing.
.PHONY: setup
setup: ## install what building and serving need
	@scripts/need go "Go 1.26 or newer (https://go.dev/dl)" || exit 1
	@scripts/debian node:nodejs npm:npm

.PHONY: setup-test
setup-test: setup ## install what the tests need as well
	@scripts/debian /usr/lib/postgresql:postgresql chromium:chromium /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc:fonts-noto-cjk

$(STATE)/npm: web/package.json web/package-lock.json
	@mkdir -p $(STATE)
	cd web && npm ci --prefer-offline --no-audit --no-fund
	@touch $@

## ---- build and run ----------------------------------------------------------

$(STATE)/web: $(STATE)/npm $(WEB)
	cd web && npm run build
	@touch $@

.PHONY: web
web: $(STATE)/web ## build the three web apps into the binary's folder

.PHONY: build
build: web ## build bin/lifang with the web apps inside
	go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/lifang

.PHONY: run
run: setup build ## create the demo company (once) and serve it
	@if [ ! -f $(DATA)/lifang.db ]; then $(BIN) demo --dir $(DATA) --rooms $(ROOMS) --seed $(SEED); fi
	$(BIN) serve --dir $(DATA) --addr $(ADDR) --demo

## ---- test -------------------------------------------------------------------

.PHONY: test
test: setup-test lint test-web build test-go test-e2e ## everything CI runs
	@go run ./internal/db/dbtest/stopcluster
	@echo "make test: all parts passed"

.PHONY: test-go
test-go: ## Go tests, every database test on SQLite and PostgreSQL
	go test -timeout 20m ./...

.PHONY: test-web
test-web: $(STATE)/npm ## types, lint, dead code and unit tests of the web apps
	cd web && npm run check

.PHONY: test-e2e
test-e2e: build ## the main paths in a real browser
	cd web && npm run e2e

$(LINT):
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	mv $(TOOLS)/golangci-lint $@

.PHONY: lint
lint: $(LINT) ## formatting, the floors of the house, static checks
	@test -z "$$(gofmt -l cmd internal rulebook)" || { gofmt -l cmd internal rulebook; echo "run gofmt -w on the files above"; exit 1; }
	$(LINT) run ./...

.PHONY: fuzz
fuzz: ## fuzz every parser for a while (FUZZTIME=30s each)
	scripts/fuzz $${FUZZTIME:-30s}

.PHONY: bench
bench: build ## ratios against peers and the raw database
	scripts/bench

.PHONY: clean
clean: ## remove what was built; keeps data
	rm -rf bin dist .cache internal/webui/ui/app web/node_modules
