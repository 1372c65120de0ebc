# Bare `make` prints the targets; each has its line behind ##.
SHELL := /bin/bash
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := $(shell sed -n '0,/<version>/s/.*<version>\(.*\)<\/version>.*/\1/p' pom.xml)
MAVEN = JAVA_HOME="$$(scripts/java25)" mvn --batch-mode --no-transfer-progress
SCRIPTS = $(filter-out scripts/model-server scripts/telegram-server,$(wildcard scripts/*)) .ci/run bootstrap/src/main/resources/dev/claw/bootstrap/image/build.sh \
	bootstrap/src/main/resources/dev/claw/bootstrap/image/claw-agent-init

.PHONY: help demo test test-host dist install format lint bench bench-egress man clean
.DEFAULT_GOAL := help

help:
	@echo 'claw $(VERSION)'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 21

demo: ## take an agent through its life, printing every command
	@scripts/demo

test: ## run every test; as root, in an ordinary user's home
	@scripts/test

test-host: ## check on a whole booted Debian 13 in QEMU what only a real host shows
	@scripts/test-host

dist: ## build dist/target/claw and its tarball, which run without a JDK
	@$(MAVEN) -q --projects dist --also-make package -DskipTests
	@echo 'dist/target/claw  dist/target/claw-$(VERSION)-linux-x86_64.tar.gz'

install: ## copy the distribution below PREFIX (default /usr/local); DESTDIR is honoured
	@test -x dist/target/claw/bin/claw || { echo 'dist/target/claw: not built yet; run: make dist' >&2; exit 1; }
	install -d '$(DESTDIR)$(PREFIX)/lib' '$(DESTDIR)$(PREFIX)/bin'
	rm -rf '$(DESTDIR)$(PREFIX)/lib/claw.new'
	cp -a --no-preserve=ownership dist/target/claw '$(DESTDIR)$(PREFIX)/lib/claw.new'
	rm -rf '$(DESTDIR)$(PREFIX)/lib/claw'
	mv '$(DESTDIR)$(PREFIX)/lib/claw.new' '$(DESTDIR)$(PREFIX)/lib/claw'
	ln -sfn ../lib/claw/bin/claw '$(DESTDIR)$(PREFIX)/bin/claw'
	@set -e; for page in docs/man/*.1; do \
	  test -f "$$page" || continue; \
	  install -D -m 644 "$$page" "$(DESTDIR)$(PREFIX)/share/man/man1/$${page##*/}"; \
	done

format: ## put the sources into google-java-format
	@$(MAVEN) -q spotless:apply

lint: ## check shell scripts, format and what the compiler plugins find
	@shellcheck -x $(SCRIPTS)
	@$(MAVEN) -q test-compile

bench: dist ## start-up times beside those of python3 and podman
	@benchmarks/startup

bench-egress: dist ## what egress costs beside other proxies
	@benchmarks/egress
	@$(MAVEN) -q -Pbenchmarks --projects benchmarks/jmh --also-make package -DskipTests

man: dist ## write docs/man/claw.1 from the commands
	@"$$(scripts/java25)/bin/java" -cp 'dist/target/claw/lib/*' dev.claw.cli.ManPage >docs/man/claw.1.new
	@mv docs/man/claw.1.new docs/man/claw.1

clean: ## remove what was built
	@$(MAVEN) -q clean
