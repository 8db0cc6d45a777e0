# ngx_citrix_guard

BUILD     = release
NGINX_SRC =
NGINX     = /usr/sbin/nginx
STATIC    =
TESTS     = $(ROOMS:%=t/%)
PORT      = 8080
ADC_PORT  = 8081
ADC       =
ADC_CA    =
DEPS      = yes
RELOADS   = 200
ONLY      =
WORKTREE  =
PREFIX    = /usr/local
SECONDS   = 60
SEED      =

TOOLS = ngx_citrix_guard/tools
SOURCES = ngx_citrix_guard
CORE    = $(SOURCES)/cguard
ROOMS   = core http rules evidence monitor stream cli ops

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
PACKAGES_build = gcc libc6-dev dpkg-dev libpcre2-dev libssl-dev zlib1g-dev \
                 libcurl4-openssl-dev liblzma-dev libzstd-dev \
                 $(if $(NGINX_SRC),,nginx nginx-dev) \
                 $(if $(CLANG),clang libclang-rt-dev)
PACKAGES_run   = perl curl
PACKAGES_test  = perl binutils apache2-bin curl openssl xz-utils zstd \
                 python3-jsonschema rsyslog \
                 prometheus prometheus-alertmanager fail2ban logrotate \
                 libio-socket-ssl-perl \
                 $(if $(OWN_NGINX),,libnginx-mod-stream)
PACKAGES_bench = perl valgrind wrk libpcre2-dev
PACKAGES_coverage = perl clang llvm libclang-rt-dev
PACKAGES_lint  = $(PACKAGES_build) clang cppcheck
PACKAGES_proof = perl gcc libc6-dev clang libclang-rt-dev debootstrap
PACKAGES_fresh = debootstrap git curl
PACKAGES_judges = $(PACKAGES_test) busybox caddy civetweb default-jdk-headless \
                 h2o haproxy libjetty9-java libmojolicious-perl \
                 libmono-system-web4.0-cil libtomcat10-java lighttpd \
                 mini-httpd mono-mcs mono-runtime nodejs php-cli puma \
                 python3-aiohttp python3-tornado python3-waitress \
                 ruby-webrick yaws
PACKAGES_matrix = $(PACKAGES_test) debootstrap valgrind clang libclang-rt-dev
PACKAGES_neighbours = $(PACKAGES_test) libnginx-mod-http-lua \
                 libnginx-mod-http-js libnginx-mod-http-headers-more-filter \
                 libnginx-mod-http-modsecurity libnginx-mod-http-echo \
                 libnginx-mod-http-brotli-filter libnginx-mod-http-dav-ext \
                 libnginx-mod-http-geoip2 libnginx-mod-http-image-filter \
                 libnginx-mod-http-subs-filter
PACKAGES_life  = perl libio-socket-ssl-perl
PACKAGES_fuzz  = perl clang libclang-rt-dev
PACKAGES_console = $(PACKAGES_test) chromium chromium-driver fonts-dejavu-core
PACKAGES_gateway = $(PACKAGES_console) libnss3-tools keepalived haproxy iproute2
DEPS_TARGETS   = $(patsubst PACKAGES_%,deps-%,$(filter PACKAGES_%,$(.VARIABLES)))


# the core's unit programs: one from each t/core/unit/*_test.c, with the core and
# what else is in t/core/unit

UNIT_TESTS   = $(sort $(wildcard t/core/unit/*_test.c))
UNIT         = $(filter-out $(LEFT_OUT),$(UNIT_TESTS:t/core/unit/%.c=$(OUT)/unit/%))
UNIT_SHARED  = $(filter-out $(UNIT_TESTS),$(sort $(wildcard t/core/unit/*.c)))
CORE_SOURCES = $(sort $(wildcard $(CORE)/*/*.c))
UNIT_SOURCES = $(UNIT_SHARED) $(CORE_SOURCES)
CORE_HEADERS = $(sort $(wildcard $(CORE)/*/*.h t/core/unit/*.h))

# each source is compiled once, to unit/o/, whatever programs it is part of

unit-objects  = $(patsubst %.c,$(OUT)/unit/o/%.o,$(1))
CORE_OBJECTS  = $(call unit-objects,$(CORE_SOURCES))
UNIT_OBJECTS  = $(call unit-objects,$(UNIT_SOURCES))
UNIT_HEADERS  = $(CORE_HEADERS) $(wildcard t/long/oracle/*.h t/long/attacks/*.h)
UNIT_INCLUDES = -It/core/unit -It/long/oracle

# those that match patterns, which MemorySanitizer cannot follow into PCRE2

WITH_PCRE2 = worst_case_test literal_test samples_test pattern_test rule_test \
             rules_vectors_test fuzz_rules
LEFT_OUT   = $(if $(filter memory,$(BUILD)),$(WITH_PCRE2:%=$(OUT)/unit/%))

# the citrix-guard command, with what the decision needs of the core

CLI_DIR      = ngx_citrix_guard/cli
CLI          = $(OUT)/bin/citrix-guard
CLI_SOURCES  = $(sort $(wildcard $(CLI_DIR)/*.c $(CLI_DIR)/*/*.c \
               $(CORE)/decision/*.c))
CLI_OBJECTS  = $(CLI_SOURCES:$(SOURCES)/%.c=$(OUT)/cli/%.o)
CLI_HEADERS  = $(wildcard $(CLI_DIR)/*.h $(CLI_DIR)/*/*.h \
               $(CORE)/decision/*.h)
CLI_CFLAGS   = $(UNIT_CFLAGS) -D_GNU_SOURCE -pthread $(CLI_LTO)
CLI_LTO      = $(if $(CLANG),,$(if $(filter release,$(BUILD)),-flto=auto))
CLI_LIBS     = -lcurl -lz -llzma -lzstd


# the oracle, and the programs that attack the core with and without it

ORACLE_SOURCES  = $(addprefix t/long/oracle/,oracle.c depth.c readings.c rewrites.c unknown.c)
COMPARE_SOURCES = $(addprefix t/long/oracle/,compare.c judge.c text.c tokens.c \
                  workers.c) $(ORACLE_SOURCES)
ATTACKS_SOURCES = t/long/attacks/attacks.c t/long/attacks/spellings.c t/long/oracle/text.c \
                  t/long/oracle/workers.c
PROOFS          = $(OUT)/unit/compare $(OUT)/unit/attacks

# the fuzz targets: with libFuzzer in build/fuzz, and replayed without it; the
# oracle is compared over the code points that it knows (t/long/fuzz/listed.c)

FUZZ_TARGETS  = agree decision header prefilter reading rules scan
FUZZ_DIR      = build/fuzz
FUZZ          = $(FUZZ_TARGETS:%=$(FUZZ_DIR)/%)
REPLAYS       = $(filter-out $(LEFT_OUT),\
                $(FUZZ_TARGETS:%=$(OUT)/unit/fuzz_%))
FUZZ_SOURCES  = t/long/fuzz/fuzz.c $(UNIT_SOURCES)
AGREE_SOURCES = t/long/fuzz/fuzz.c t/long/fuzz/listed.c $(UNIT_SHARED) \
                $(filter-out %/cguard_compat.c,$(CORE_SOURCES)) \
                $(ORACLE_SOURCES)
SCAN_SOURCES  = t/long/fuzz/fuzz.c $(UNIT_SOURCES) $(CLI_DIR)/cli_json.c \
                $(CLI_DIR)/cli_text.c $(addprefix $(CLI_DIR)/scan/scan_,arena.c \
                clf.c custom.c error_log.c escape.c event.c fast_clf.c \
                fast_json.c format.c json.c judge.c prefilter.c time.c w3c.c)
replay-objects = $(patsubst %.c,$(OUT)/replay/%.o,$(1))
REPLAY_SOURCES = $(sort t/long/fuzz/replay.c $(FUZZ_SOURCES) $(AGREE_SOURCES) \
                $(SCAN_SOURCES))
FUZZ_NEEDS    = t/long/fuzz/fuzz.c t/long/fuzz/fuzz.h t/long/fuzz/replay.c t/long/fuzz/listed.c \
                $(UNIT_SOURCES) $(CORE_HEADERS) $(wildcard t/long/oracle/*) \
                $(CLI_SOURCES) $(CLI_HEADERS)
FUZZ_CFLAGS   = -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror \
                $(CFLAGS_sanitize) -It/long/fuzz -It/core/unit -It/long/oracle \
                -I$(SOURCES)
LIBFUZZER     = -fsanitize=fuzzer \
                -fsanitize-coverage-ignorelist=t/long/fuzz/coverage-ignore.txt

CFLAGS_release  = -O2 -g
CFLAGS_debug    = -Og -g3
CFLAGS_sanitize = -O1 -g -fsanitize=address,undefined \
                  -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_coverage = -O0 -g -fprofile-instr-generate -fcoverage-mapping
CFLAGS_memory   = -O1 -g -fsanitize=memory -fno-sanitize-recover=all
CFLAGS_coverage-plain = $(CFLAGS_coverage) -DCGUARD_NO_SIMD
UNIT_CFLAGS     = -std=c11 -Wall -Wextra -Werror $(CFLAGS_$(BUILD)) -I$(SOURCES)
UNIT_LIBS       = -lpcre2-8

# every nginx module defines ngx_modules and its like: no violation
SANITIZERS = ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:detect_odr_violation=0 \
             UBSAN_OPTIONS=print_stacktrace=1 \
             LSAN_OPTIONS=suppressions=$(CURDIR)/t/data/leaks.supp:print_suppressions=0
# daemons are in folders that the PATH of a user leaves out
TEST_ENV   = PATH="$$PATH:/usr/sbin:/sbin" \
             TEST_NGINX_BINARY=$(BINARY) TEST_NGINX_MODULE=$(MODULE) \
             TEST_UNIT_DIR=$(CURDIR)/$(OUT)/unit \
             TEST_CITRIX_GUARD=$(CURDIR)/$(CLI) \
             $(if $(filter sanitize,$(BUILD)),$(SANITIZERS))


##@ Build and install

.PHONY: build
build: deps-build cli ## the modules: build/modules/ngx_{http,stream}_citrix_guard_module.so (default)
	+@$(TOOLS)/build $(OUT)

.PHONY: cli
cli: $(CLI) ## the command: build/bin/citrix-guard (part of build)

.PHONY: install
install: build ## module, command, example and rule files for the packaged nginx (DESTDIR=)
	@$(TOOLS)/install-cli "$(CLI)" "$(PREFIX)" "$(DESTDIR)"
	@$(TOOLS)/install "$(BINARY)" "$(MODULE)" "$(DESTDIR)"

.PHONY: uninstall
uninstall: ## remove what install has put there (DESTDIR=)
	@$(TOOLS)/install -u "$(BINARY)" "$(MODULE)" "$(DESTDIR)"
	@$(TOOLS)/install-cli -u "$(CLI)" "$(PREFIX)" "$(DESTDIR)"

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
unit: $(UNIT) $(REPLAYS) $(PROOFS) $(OUT)/unit/judge ## the core's unit programs only, built to build/unit/

.PHONY: symbols
symbols: build ## the modules' exported symbols against t/data/exports.txt
	@$(TEST_ENV) prove -It/lib t/ops/symbols.t

.PHONY: bench
bench: deps-bench deps-test build ## what the guard costs: tables, and build/bench.tsv (6 minutes)
	@t/long/bench/bench "$(BINARY)" "$(MODULE)" "$(OUT)"
	@t/long/bench/scan "$(CLI)" "$(OUT)"
	@$(TEST_ENV) t/long/bench/front "$(OUT)"


##@ Prove it

.PHONY: oracle
oracle: $(OUT)/unit/compare ## core against a slow second opinion, 3 * 10^7 strings (10 minutes)
	@exec $< standard

.PHONY: attacks
attacks: $(OUT)/unit/attacks ## 10^9 attacks by construction, each to be refused (5 minutes)
	@exec $<

.PHONY: fuzz
fuzz: $(FUZZ) ## libFuzzer on the core for SECONDS=60; failures in build/fuzz/crashes
	@exec t/long/fuzz/fuzz $(SECONDS) $(FUZZ_DIR) $(FUZZ_TARGETS)

.PHONY: fuzz-keep
fuzz-keep: $(FUZZ) ## what fuzz has found to t/long/fuzz/corpus, where it reaches something new
	@exec t/long/fuzz/fuzz keep $(FUZZ_DIR) $(FUZZ_TARGETS)

.PHONY: hostile storm
hostile: ## hostile HTTP/1 and HTTP/2 at a sanitizer build of nginx for SECONDS=60 (SEED=)
	+@$(MAKE) --no-print-directory BUILD=sanitize storm
storm: deps-test build $(OUT)/unit/judge ## the same at the nginx of BUILD
	@$(TEST_ENV) exec t/long/hostile/hostile $(SECONDS) $(OUT)/unit/judge $(SEED)

.PHONY: proof
proof: deps-proof ## Frama-C: no undefined behaviour in the core, for any input (30 minutes); ONLY=function
	+@$(MAKE) -s unit BUILD=memory CC=clang CFLAGS_sanitize='$(CFLAGS_memory)'
	@TEST_LEFT_OUT='$(WITH_PCRE2)' t/long/proof/proof build/proof build/memory/unit \
	    $(ONLY)

.PHONY: lint
lint: deps-lint build ## static analysis of all sources by gcc, clang and cppcheck; ONLY=pattern
	@t/long/lint/lint $(OUT)/nginx '$(ONLY)'

.PHONY: coverage
coverage: deps-coverage ## every line and condition of the core is run by the tests, or says why not
	+@$(MAKE) -s unit BUILD=coverage CC=clang \
	    CFLAGS_sanitize='$(CFLAGS_coverage)'
	+@$(MAKE) -s unit BUILD=coverage-plain CC=clang \
	    CFLAGS_sanitize='$(CFLAGS_coverage-plain)'
	@t/long/coverage/coverage build/coverage build/coverage-plain

.PHONY: matrix
matrix: deps-matrix ## nginx 1.22, 1.26 and the newest, two compilers, ... (40 minutes); ONLY=name
	@exec t/long/matrix/matrix build/matrix '$(ONLY)'

.PHONY: fresh
fresh: deps-fresh ## the README's two commands in a new Debian 12 and 13; WORKTREE=1, ONLY=suite
	@WORKTREE=$(WORKTREE) t/long/fresh/fresh build/fresh $(ONLY)

.PHONY: neighbours
neighbours: deps-neighbours build ## the module beside Debian's lua, njs, modsecurity and others
	@$(TEST_ENV) t/long/tools/proof neighbours t/long/neighbours/*.t

.PHONY: console
console: deps-console build ## the monitor's page in a real Chromium; TEST_PICTURES=FOLDER keeps pictures
	@$(TEST_ENV) prove -It/lib $(PROVE_FLAGS) t/long/console/*.t

.PHONY: judges
judges: deps-judges build ## 30 real servers as judges (10 minutes); JUDGES="names", COUNT=, SEED=
	@exec t/long/judges/judges "$(BINARY)" "$(MODULE)"

.PHONY: gateway
gateway: deps-gateway build ## the whole Gateway: browsers, gibibytes, 2,000 sessions, 50 reloads, a day's silence (10 minutes)
	@$(TEST_ENV) t/long/tools/proof gateway t/stream/stream.t t/stream/gateway.t t/stream/edt.t t/stream/ocsp.t \
	    t/stream/shutter.t t/stream/ways.t t/long/gateway/*.t

.PHONY: life
life: deps-life deps-test build ## reloads, kills, upgrades, shutdown under load (5 minutes); RELOADS=200
	@$(TEST_ENV) TEST_RELOADS=$(RELOADS) t/long/tools/proof life t/ops/life.t $(LIFE)

# a module that is linked statically does not come and go
LIFE = $(filter-out $(if $(STATIC),%/comings.t),$(sort $(wildcard t/long/life/*.t)))

.PHONY: faults faults-each
faults: ## each allocation failed in turn, release and sanitizer build (10 minutes)
	+@$(MAKE) --no-print-directory BUILD=release faults-each
	+@$(MAKE) --no-print-directory BUILD=sanitize faults-each
faults-each: deps-test build ## the same for the nginx of BUILD
	@$(TEST_ENV) TEST_FAULTS=all t/long/tools/proof 'faults ($(BUILD))' \
	    t/http/faults.t t/stream/faults.t

.PHONY: mutate
mutate: deps-test ## small bugs put into the sources: the tests see each (30 minutes); ONLY=pattern
	@exec t/long/mutate/mutate '$(ONLY)'


##@ Debian packages (each target above installs what it needs; DEPS=no: never)

.PHONY: deps $(DEPS_TARGETS)
deps: $(DEPS_TARGETS) ## all of it at once; deps-NAME is for the target NAME
$(DEPS_TARGETS): deps-%:
	@$(if $(filter yes,$(DEPS)),$(TOOLS)/deps $(PACKAGES_$*),:)
$(filter-out deps-build deps-fresh deps-matrix,$(DEPS_TARGETS)): deps-build


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
	    'BUILD=KIND' 'release (default), debug, sanitize (builds an nginx, too), valgrind' \
	    'PREFIX=FOLDER' 'for install: where the command goes (/usr/local)' \
	    'STATIC=1' 'the module inside nginx: build/static-release/sbin/nginx' \
	    'CC=clang' 'another compiler' \
	    'V=1' 'show what nginx'\''s configure and make say' \
	    'PORT= ADC_PORT=' 'for run: the guard'\''s port (8080), the stand-in'\''s (8081)' \
	    'ADC=https://HOST' 'for run: a real ADC in place of the stand-in' \
	    'ADC_CA=FILE' 'for run: verify its certificate with these authorities'


# files

$(UNIT): $(OUT)/unit/%: $(OUT)/unit/o/t/core/unit/%.o $(UNIT_OBJECTS)
	@$(CC) $(UNIT_CFLAGS) -o $@ $^ $(UNIT_LIBS)

$(OUT)/unit/judge: $(call unit-objects,t/long/hostile/judge.c) $(UNIT_OBJECTS)
	@$(CC) $(UNIT_CFLAGS) -o $@ $^ $(UNIT_LIBS)

$(OUT)/unit/compare: $(call unit-objects,$(COMPARE_SOURCES)) $(CORE_OBJECTS)
	@$(CC) $(UNIT_CFLAGS) -o $@ $^ $(UNIT_LIBS)

$(OUT)/unit/attacks: $(call unit-objects,$(ATTACKS_SOURCES)) $(CORE_OBJECTS)
	@$(CC) $(UNIT_CFLAGS) -o $@ $^ $(UNIT_LIBS)

$(OUT)/unit/o/%.o: %.c $(UNIT_HEADERS) $(OUT)/unit/.flags
	@mkdir -p $(@D)
	@$(CC) $(UNIT_CFLAGS) $(UNIT_INCLUDES) -c -o $@ $<

# these include another source
$(OUT)/unit/o/t/core/unit/plain_prefilter.o \
$(OUT)/replay/t/core/unit/plain_prefilter.o: $(CORE)/decision/cguard_prefilter.c
$(OUT)/replay/t/long/fuzz/listed.o: $(CORE)/decision/cguard_compat.c

$(REPLAYS): $(OUT)/unit/fuzz_%: $(OUT)/replay/t/long/fuzz/%.o \
            $(call replay-objects,$(REPLAY_SOURCES))
	@$(CC) $(FUZZ_CFLAGS) -o $@ $< $(call replay-objects, \
	    t/long/fuzz/replay.c $(FUZZ_SOURCES)) $(UNIT_LIBS)

$(OUT)/replay/%.o: %.c t/long/fuzz/fuzz.h $(UNIT_HEADERS) $(CLI_HEADERS) \
                   $(OUT)/unit/.flags
	@mkdir -p $(@D)
	@$(CC) $(FUZZ_CFLAGS) -c -o $@ $<

$(FUZZ): $(FUZZ_DIR)/%: t/long/fuzz/%.c $(FUZZ_NEEDS) | deps-fuzz
	@mkdir -p $(@D)
	@clang $(FUZZ_CFLAGS) $(LIBFUZZER) -o $@ $< $(FUZZ_SOURCES) $(UNIT_LIBS)

%/agree %/fuzz_agree: FUZZ_SOURCES = $(AGREE_SOURCES)
%/scan %/fuzz_scan: FUZZ_SOURCES = $(SCAN_SOURCES)

$(CLI): $(CLI_OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(CLI_CFLAGS) -w -o $@ $(CLI_OBJECTS) $(CLI_LIBS)

$(CLI_OBJECTS): $(OUT)/cli/%.o: $(SOURCES)/%.c $(CLI_HEADERS) $(OUT)/cli/.flags
	@mkdir -p $(@D)
	@$(CC) $(CLI_CFLAGS) -c -o $@ $<

$(OUT)/cli/.flags: FORCE | deps-build
	@mkdir -p $(@D)
	@echo '$(CC) $(CLI_CFLAGS) $(CLI_SOURCES)' | cmp -s - $@ \
	    || echo '$(CC) $(CLI_CFLAGS) $(CLI_SOURCES)' > $@

$(OUT)/unit/.flags: FORCE | deps-build
	@mkdir -p $(@D)
	@echo '$(CC) $(UNIT_CFLAGS) $(UNIT_SOURCES)' | cmp -s - $@ \
	    || echo '$(CC) $(UNIT_CFLAGS) $(UNIT_SOURCES)' > $@

.PHONY: FORCE
FORCE:

.DEFAULT_GOAL = build
.DELETE_ON_ERROR:
