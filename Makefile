# The short way to everything; the build itself is Meson's. Every target installs what it lacks and builds first.
# make turns any failure into exit status 2: run build/bench/iorace itself where the status matters.

BUILD      ?= build
ARGS       ?=
MESON      ?= meson
MESON_ARGS ?=
BOOTSTRAP  ?= scripts/bootstrap
# The system's, because that is the one whose modules the packages install: another may come first in PATH.
PYTHON     ?= /usr/bin/python3

ASAN_BUILD := $(BUILD)-asan
TSAN_BUILD := $(BUILD)-tsan
COVERAGE_BUILD := $(BUILD)-coverage
IORACE      = $(BUILD)/bench/iorace

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help bench bench-quick bench-full charts peers costs test check coverage install clean
.PHONY: need-bench need-peers need-costs need-test need-check need-coverage

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo 'Variables: ARGS="options of iorace run" (or of scripts/peers/run), BUILD=directory, MESON_ARGS="options for a new build directory",'
	@echo '           PYTHON=interpreter for tests, BOOTSTRAP=true to install nothing'

bench: need-bench $(BUILD)/build.ninja ## run the default scenario: a table, charts and a report in results/latest
	@$(call compile,$(BUILD))
	@$(IORACE) run $(ARGS)

bench-quick: need-bench $(BUILD)/build.ninja ## the same, in less than 30 seconds and less exact
	@$(call compile,$(BUILD))
	@$(IORACE) run --quick $(ARGS)

bench-full: need-bench $(BUILD)/build.ninja ## the same with 15 blocks: narrower intervals
	@$(call compile,$(BUILD))
	@$(IORACE) run --blocks 15 $(ARGS)

charts: need-bench $(BUILD)/build.ninja ## draw the charts of results/latest again
	@$(call compile,$(BUILD))
	@$(IORACE) plot results/latest

peers: need-peers $(BUILD)/build.ninja ## the same work by Go, asyncio, Node, libuv, curl and others: ratios, in about an hour
	@$(call compile,$(BUILD))
	@$(PYTHON) scripts/peers/run --build $(BUILD) $(ARGS)

costs: need-costs $(BUILD)/.valgrind-on ## instructions, system calls and allocations of the runtime's operations, against those stored
	@$(call compile,$(BUILD))
	@$(PYTHON) scripts/runtime-costs --head $(BUILD) $(ARGS)

test: need-test $(BUILD)/.tests-on ## run every test that takes less than minutes
	@$(call compile,$(BUILD))
	@$(MESON) test -C $(BUILD) --no-rebuild --print-errorlogs --no-suite slow

check: need-check $(BUILD)/.tests-on $(BUILD)/.valgrind-on $(ASAN_BUILD)/build.ninja $(TSAN_BUILD)/build.ninja
check: ## the slow tests, and the others under the sanitizers
	@$(call compile,$(BUILD))
	@$(call compile,$(ASAN_BUILD))
	@$(call compile,$(TSAN_BUILD))
	$(MESON) test -C $(BUILD) --no-rebuild --print-errorlogs --suite slow --timeout-multiplier 3
	@# 5: the stored counts are another compiler's or machine's, and say nothing here
	$(PYTHON) scripts/runtime-costs --head $(BUILD) || [ $$? -eq 5 ]
	ASAN_OPTIONS=$(ASAN_OPTIONS) UBSAN_OPTIONS=$(UBSAN_OPTIONS) \
	    $(MESON) test -C $(ASAN_BUILD) --no-rebuild --print-errorlogs --no-suite slow --timeout-multiplier 5
	TSAN_OPTIONS=$(TSAN_OPTIONS) $(no_aslr) \
	    $(MESON) test -C $(TSAN_BUILD) --no-rebuild --print-errorlogs --no-suite slow --timeout-multiplier 10

coverage: need-coverage $(COVERAGE_BUILD)/build.ninja ## which lines of the library no test runs; fails below 95 %
	@$(call compile,$(COVERAGE_BUILD))
	@find $(COVERAGE_BUILD) -name '*.gcda' -delete
	@$(MESON) test -C $(COVERAGE_BUILD) --no-rebuild --print-errorlogs --suite runtime --timeout-multiplier 3
	@gcovr --root . --filter runtime/src/ --fail-under-line 95 $(COVERAGE_BUILD)

install: need-bench $(BUILD)/build.ninja ## install iorace and the library (DESTDIR, MESON_ARGS=--prefix=...)
	@$(call compile,$(BUILD))
	@$(MESON) install -C $(BUILD) --no-rebuild

clean: ## remove the build directories
	@for dir in $(BUILD) $(ASAN_BUILD) $(TSAN_BUILD) $(COVERAGE_BUILD); do \
	    if [ -e "$$dir/native.ini" ] || [ -d "$$dir/meson-private" ]; then rm -rf "$$dir"; fi; \
	done

ASAN_OPTIONS  ?= halt_on_error=1:abort_on_error=1:detect_leaks=1:strict_string_checks=1
UBSAN_OPTIONS ?= halt_on_error=1:abort_on_error=1:print_stacktrace=1
TSAN_OPTIONS  ?= halt_on_error=1:abort_on_error=1:second_deadlock_stack=1

# gcc 12's thread sanitizer cannot live with the address layouts of newer kernels. A container may forbid the switch.
no_aslr = $$(setarch $$(uname -m) -R true 2>/dev/null && echo setarch $$(uname -m) -R)

need-bench need-peers need-costs need-test need-check need-coverage: need-%:
	@$(BOOTSTRAP) $*

# Not a prerequisite of `test` but made by it: a directory that was set up before cmocka was there has no tests.
$(BUILD)/.tests-on: | $(BUILD)/build.ninja
	@$(call quietly,$(BUILD),$(MESON) configure $(BUILD) -Dtests=enabled)
	@touch $@

# Without its headers, valgrind takes every switch of stacks for an error.
$(BUILD)/.valgrind-on: | $(BUILD)/build.ninja
	@$(call quietly,$(BUILD),$(MESON) configure $(BUILD) -Dvalgrind=enabled)
	@touch $@

$(BUILD)/build.ninja: setup_args = --buildtype=release
$(ASAN_BUILD)/build.ninja: setup_args = $(sanitize)=address,undefined
$(TSAN_BUILD)/build.ninja: setup_args = $(sanitize)=thread
# Counted in several threads at once.
$(COVERAGE_BUILD)/build.ninja: setup_args = --buildtype=debugoptimized -Db_coverage=true -Dc_args=-fprofile-update=atomic \
    -Dcontext=asm -Dtests=enabled -Dbench=disabled
sanitize = --buildtype=debugoptimized -Db_lundef=false -Dtests=enabled -Db_sanitize

$(BUILD)/build.ninja $(ASAN_BUILD)/build.ninja $(TSAN_BUILD)/build.ninja $(COVERAGE_BUILD)/build.ninja:
	@mkdir -p $(@D)
	@printf "[binaries]\npython = '%s'\npython3 = '%s'\n" $(PYTHON) $(PYTHON) >$(@D)/native.ini
	@echo 'setting up $(@D)/'
	@$(call quietly,$(@D),$(MESON) setup --native-file $(@D)/native.ini $(setup_args) $(MESON_ARGS) $(@D))

# $(call compile,DIR): quiet but for warnings and errors.
compile = echo 'building in $(1)/' && $(call quietly,$(1),$(MESON) compile -C $(1))

# $(call quietly,DIR,COMMAND): what COMMAND prints goes to DIR/make.log and is shown where it fails or warns.
quietly = if $(2) >$(1)/make.log 2>&1 </dev/null; then grep -E 'warning:|WARNING' $(1)/make.log >&2 || true; \
    else cat $(1)/make.log >&2; echo 'failed: $(2)' >&2; exit 1; fi
