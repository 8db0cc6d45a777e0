# ngx_citrix_guard

BUILD     = release
NGINX_SRC =
NGINX     = /usr/sbin/nginx
STATIC    =
TESTS     = t/*.t
PORT      = 8080
ADC_PORT  = 8081
ADC       =
ADC_CA    =
DEPS      = yes

TOOLS = ngx_citrix_guard/tools
CORE  = ngx_citrix_guard/cguard

# the packaged nginx's release build is build/ itself, any other is below it
VARIANT = $(if $(STATIC),static-)$(BUILD)$(if $(NGINX_SRC),-$(notdir \
              $(abspath $(NGINX_SRC))))
OUT     = build$(if $(filter-out release,$(VARIANT)),/$(VARIANT))
MODULE  = $(if $(STATIC),,$(CURDIR)/$(OUT)/modules/ngx_http_citrix_guard_module.so)

# sanitizers, a static build and NGINX_SRC need an nginx of their own
OWN_NGINX = $(strip $(STATIC)$(NGINX_SRC)$(filter sanitize,$(BUILD)))
BINARY    = $(if $(OWN_NGINX),$(CURDIR)/$(OUT)/sbin/nginx,$(NGINX))

export BUILD CC NGINX_SRC NGINX_FLAGS STATIC V
export PORT ADC_PORT ADC ADC_CA


# Debian packages, by what they are needed for

CLANG          = $(findstring clang,$(CC))
PACKAGES_BUILD = gcc libc6-dev dpkg-dev libpcre2-dev libssl-dev zlib1g-dev \
                 $(if $(NGINX_SRC),,nginx nginx-dev) \
                 $(if $(CLANG),clang libclang-rt-dev)
PACKAGES_RUN   = perl curl
PACKAGES_TEST  = perl binutils apache2-bin curl
PACKAGES_BENCH = perl valgrind wrk libpcre2-dev


# the core's unit programs: one from each t/unit/*_test.c, with the core and
# what else is in t/unit

UNIT_TESTS   = $(sort $(wildcard t/unit/*_test.c))
UNIT         = $(UNIT_TESTS:t/unit/%.c=$(OUT)/unit/%)
UNIT_SHARED  = $(filter-out $(UNIT_TESTS),$(sort $(wildcard t/unit/*.c)))
CORE_SOURCES = $(sort $(wildcard $(CORE)/cguard*.c))
UNIT_SOURCES = $(UNIT_SHARED) $(CORE_SOURCES)
CORE_HEADERS = $(sort $(wildcard $(CORE)/*.h t/unit/*.h))

CFLAGS_release  = -O2 -g
CFLAGS_debug    = -Og -g3
CFLAGS_sanitize = -O1 -g -fsanitize=address,undefined \
                  -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_CFLAGS     = -std=c11 -Wall -Wextra -Werror $(CFLAGS_$(BUILD)) -I$(CORE)
UNIT_LIBS       = -lpcre2-8

# every nginx module defines ngx_modules and its like: no violation
SANITIZERS = ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:detect_odr_violation=0 \
             UBSAN_OPTIONS=print_stacktrace=1 \
             LSAN_OPTIONS=suppressions=$(CURDIR)/t/data/leaks.supp:print_suppressions=0
TEST_ENV   = TEST_NGINX_BINARY=$(BINARY) TEST_NGINX_MODULE=$(MODULE) \
             TEST_UNIT_DIR=$(CURDIR)/$(OUT)/unit \
             $(if $(filter sanitize,$(BUILD)),$(SANITIZERS))


##@ Build and install

.PHONY: build
build: deps-build ## the module: build/modules/ngx_http_citrix_guard_module.so (default)
	+@$(TOOLS)/build $(OUT)

.PHONY: install
install: build ## module and example configuration for the packaged nginx (DESTDIR=)
	@$(TOOLS)/install "$(BINARY)" "$(MODULE)" "$(DESTDIR)"

.PHONY: uninstall
uninstall: ## remove what install has put there (DESTDIR=)
	@$(TOOLS)/install -u "$(BINARY)" "$(MODULE)" "$(DESTDIR)"

.PHONY: clean
clean: ## remove build/, which is all that was ever written here
	rm -rf build


##@ Try it

.PHONY: run
run: deps-run build ## the guard at 127.0.0.1:8080 in front of a stand-in ADC, until Ctrl-C
	@exec $(TOOLS)/run "$(BINARY)" "$(MODULE)"


##@ Check it

.PHONY: test
test: deps-test build unit ## all tests; TESTS=t/name.t for one, BUILD=sanitize under sanitizers
	@$(TEST_ENV) prove -It/lib $(PROVE_FLAGS) $(TESTS)

.PHONY: unit
unit: $(UNIT) ## the core's unit programs only, built to build/unit/

.PHONY: symbols
symbols: build ## the module's exported symbols against t/data/exports.txt
	@$(TEST_ENV) prove -It/lib t/symbols.t

.PHONY: bench
bench: deps-bench build ## what the guard costs: a table, and build/bench.tsv (4 minutes)
	@exec t/bench/bench "$(BINARY)" "$(MODULE)" "$(OUT)"


##@ Debian packages (each target above installs what it needs; DEPS=no: never)

.PHONY: deps deps-build deps-run deps-test deps-bench
deps: deps-build deps-run deps-test deps-bench ## install all that is missing
deps-build: ## to build
	@$(if $(filter yes,$(DEPS)),$(TOOLS)/deps $(PACKAGES_BUILD),:)
deps-run: deps-build ## to run
	@$(if $(filter yes,$(DEPS)),$(TOOLS)/deps $(PACKAGES_RUN),:)
deps-test: deps-build ## to test
	@$(if $(filter yes,$(DEPS)),$(TOOLS)/deps $(PACKAGES_TEST),:)
deps-bench: deps-build ## to measure
	@$(if $(filter yes,$(DEPS)),$(TOOLS)/deps $(PACKAGES_BENCH),:)


##@ Help

.PHONY: help
help: ## this
	@awk ' \
	    /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z-]+:.*## / { \
	        name = $$0; sub(/:.*/, "", name); sub(/^.*## /, ""); \
	        printf "  make %-11s %s\n", name, $$0 \
	    }' Makefile
	@printf '\n%s\n' 'Settings'
	@printf '  %-20s %s\n' \
	    'NGINX_SRC=FOLDER' 'another nginx, 1.22 or newer: its source; nginx is built as well' \
	    'NGINX_FLAGS=...' 'more arguments for its configure' \
	    'BUILD=KIND' 'release (default), debug, sanitize (builds an nginx, too)' \
	    'STATIC=1' 'the module inside nginx: build/static-release/sbin/nginx' \
	    'CC=clang' 'another compiler' \
	    'V=1' 'show what nginx'\''s configure and make say' \
	    'PORT= ADC_PORT=' 'for run: the guard'\''s port (8080), the stand-in'\''s (8081)' \
	    'ADC=https://HOST' 'for run: a real ADC in place of the stand-in' \
	    'ADC_CA=FILE' 'for run: verify its certificate with these authorities'


# files

$(UNIT): $(OUT)/unit/%: t/unit/%.c $(UNIT_SOURCES) $(CORE_HEADERS) \
         $(OUT)/unit/.flags
	@$(CC) $(UNIT_CFLAGS) -o $@ $< $(UNIT_SOURCES) $(UNIT_LIBS)

$(OUT)/unit/.flags: FORCE | deps-build
	@mkdir -p $(@D)
	@echo '$(CC) $(UNIT_CFLAGS) $(UNIT_SOURCES)' | cmp -s - $@ \
	    || echo '$(CC) $(UNIT_CFLAGS) $(UNIT_SOURCES)' > $@

.PHONY: FORCE
FORCE:

.DEFAULT_GOAL = build
.DELETE_ON_ERROR:
