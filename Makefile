# SPDX-License-Identifier: GPL-2.0
#
# Targets for interactive use; `make` alone lists them. kbuild also reads this
# file if pointed at the top of the tree: then it only names the directory.

ifneq ($(KERNELRELEASE),)

obj-m += src/

else

# The scripts in tests/ handle guests, caches and builds. Values of the command
# line reach them through the environment and unexpanded, because a command may
# contain any quote or dollar sign.
unexport CMD GUEST FILES
export PSINFO_CMD := $(value CMD)
export PSINFO_GUEST := $(value GUEST)
export PSINFO_FILES := $(value FILES)

KDIR ?= /lib/modules/$(shell uname -r)/build

.DEFAULT_GOAL := help
.PHONY: help deps run deb install install-module uninstall test format fields coverage check check-full check-debug-kernel bench guest guest-shell guests module \
	build-matrix lint clean

help: ## list the targets
	@printf 'psinfo: a process table in /proc/psinfo\n\n'
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1|\2/p' Makefile | \
		while IFS='|' read -r target what; do printf '  make %-18s %s\n' "$$target" "$$what"; done

deps: ## install missing packages for building and testing (apt)
	@tests/deps

run: ## boot an emulated Raspberry Pi 3B and print its /proc/psinfo
	@tests/deps guests
	@tests/guest/harness/guest raspi3b --plain -- 'cat /proc/psinfo'

deb: ## build the Debian packages in build/
	@tests/system/deb

install: deb ## build the packages and install them on this machine (apt)
	@tests/system/on-this-machine install psinfo-dkms psinfo

install-module: ## the same for the module only; needs no C++ compiler
	@tests/system/deb --module
	@tests/system/on-this-machine install psinfo-dkms

uninstall: ## remove the packages from this machine (apt)
	@tests/system/on-this-machine uninstall

test: ## quick check after an edit: style, unit tests, two suites in GUEST=name
	@tests/deps
	@tests/quick $$PSINFO_GUEST

format: ## format the C++ files
	@tests/static/lint --format

fields: ## after a change of src/uapi or of an option: regenerate what is derived
	@tests/deps package
	@tests/static/columns --write
	@tests/static/uapi --add
	@tests/static/tool-names --write

coverage: ## measure the test coverage of the library and the command
	@tests/deps coverage
	@tests/coverage

check: ## build for every kernel, test everything, boot guests and a system
	@tests/check

check-full: ## the same in all guests and systems
	@tests/check full

check-debug-kernel: ## run all suites, and long ones, in kernels with KASAN, lockdep, KCSAN
	@tests/check debug

bench: ## compare the cost of psinfo and other tools: instructions, calls, bytes
	@tests/bench/bench

guest: ## run CMD='...' in the guest GUEST=name; FILES=dir is copied into it
	@set -- "$$PSINFO_GUEST"; \
	if [ -n "$$PSINFO_FILES" ]; then set -- "$$@" --files "$$PSINFO_FILES"; fi; \
	exec tests/guest/harness/guest "$$@" -- "$$PSINFO_CMD"

guest-shell: ## open a shell in the guest GUEST=name; FILES=dir is copied into it
	@set -- "$$PSINFO_GUEST"; \
	if [ -n "$$PSINFO_FILES" ]; then set -- "$$@" --files "$$PSINFO_FILES"; fi; \
	exec tests/guest/harness/guest "$$@" --shell

guests: ## list the guests, and the kernels that are only compiled for
	@tests/images/names

module: ## build psinfo.ko for the running kernel, or for KDIR=headers
	@tests/module "$(KDIR)"

build-matrix: ## build for every kernel of tests/images/kernels.list
	@tests/build-matrix

lint: ## run shellcheck, checkpatch, clang-format and checks of the layout
	@tests/static/lint

clean: ## remove build/ (downloads stay in the cache)
	@rm -rf build
	@echo "removed build/; Debian's packages stay cached in $${XDG_CACHE_HOME:-$$HOME/.cache}/psinfo"

endif
