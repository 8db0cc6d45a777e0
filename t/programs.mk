# How the unit programs, the programs that attack the core and the fuzz targets
# are built. A page of the Makefile.

# the core's unit programs: one from each t/core/unit/*_test.c, with
# the core and what else is in t/core/unit

UNIT_TESTS   = $(sort $(wildcard t/core/unit/*_test.c))
UNIT         = $(filter-out $(LEFT_OUT),\
               $(UNIT_TESTS:t/core/unit/%.c=$(OUT)/unit/%))
UNIT_SHARED  = $(filter-out $(UNIT_TESTS),$(sort $(wildcard t/core/unit/*.c)))
CORE_SOURCES = $(sort $(wildcard $(CORE)/*/*.c))
UNIT_SOURCES = $(UNIT_SHARED) $(CORE_SOURCES)
CORE_HEADERS = $(sort $(wildcard $(CORE)/*/*.h t/core/unit/*.h))

# each source is compiled once, to unit/o/, whatever programs it is part of

unit-objects  = $(patsubst %.c,$(OUT)/unit/o/%.o,$(1))
CORE_OBJECTS  = $(call unit-objects,$(CORE_SOURCES))
UNIT_OBJECTS  = $(call unit-objects,$(UNIT_SOURCES))
UNIT_HEADERS  = $(CORE_HEADERS) \
                $(wildcard t/long/oracle/*.h t/long/attacks/*.h)
UNIT_INCLUDES = -It/core/unit -It/long/oracle

# those that call PCRE2 or jansson, into which MemorySanitizer cannot follow

WITH_LIBRARIES = worst_case_test literal_test samples_test pattern_test \
                 rule_test rules_vectors_test fuzz_rules fuzz_scan
LEFT_OUT   = $(if $(filter memory,$(BUILD)),$(WITH_LIBRARIES:%=$(OUT)/unit/%))

# the oracle, and the programs that attack the core with and without it

ORACLE_SOURCES  = $(addprefix t/long/oracle/,oracle.c depth.c readings.c \
                  rewrites.c unknown.c)
COMPARE_SOURCES = $(addprefix t/long/oracle/,compare.c judge.c text.c \
                  tokens.c workers.c) $(ORACLE_SOURCES)
ATTACKS_SOURCES = $(addprefix t/long/attacks/,attacks.c spellings.c) \
                  $(addprefix t/long/oracle/,text.c workers.c)
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
SCAN_SOURCES  = t/long/fuzz/fuzz.c $(UNIT_SOURCES) \
                $(filter-out %/cli_http.c,$(wildcard $(addprefix \
                $(CLI_DIR)/,common/*.c bytes/*.c formats/*.c \
                fast/*.c))) \
                $(addprefix $(CLI_DIR)/scan/scan_,arena.c elsewhere.c \
                judge.c search.c)
replay-objects = $(patsubst %.c,$(OUT)/replay/%.o,$(1))
REPLAY_SOURCES = $(sort t/long/fuzz/replay.c $(FUZZ_SOURCES) $(AGREE_SOURCES) \
                $(SCAN_SOURCES))
FUZZ_NEEDS    = $(addprefix t/long/fuzz/,fuzz.c fuzz.h replay.c listed.c) \
                $(UNIT_SOURCES) $(CORE_HEADERS) $(wildcard t/long/oracle/*) \
                $(CLI_SOURCES) $(CLI_HEADERS)
FUZZ_CFLAGS   = -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror \
                $(CFLAGS_sanitize) -It/long/fuzz -It/core/unit \
                -It/long/oracle -I$(SOURCES)
LIBFUZZER     = -fsanitize=fuzzer \
                -fsanitize-coverage-ignorelist=t/long/fuzz/coverage-ignore.txt

# how all of them, and the command, are compiled

CFLAGS_release  = -O2 -g
CFLAGS_debug    = -Og -g3
CFLAGS_sanitize = -O1 -g -fsanitize=address,undefined \
                  -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_coverage = -O0 -g -fprofile-instr-generate -fcoverage-mapping
CFLAGS_memory   = -O1 -g -fsanitize=memory -fno-sanitize-recover=all
CFLAGS_coverage-plain = $(CFLAGS_coverage) -DCGUARD_NO_SIMD
UNIT_CFLAGS     = -std=c11 -Wall -Wextra -Werror $(CFLAGS_$(BUILD)) \
                  -I$(SOURCES)
UNIT_LIBS       = -lpcre2-8

# what tests are told; daemons are in folders that the PATH of a user leaves
# out; every nginx module defines ngx_modules and its like: no violation

SANITIZERS = ASAN_OPTIONS=$(ASAN) UBSAN_OPTIONS=print_stacktrace=1 \
             LSAN_OPTIONS=suppressions=$(LEAKS):print_suppressions=0
ASAN       = detect_leaks=1:detect_stack_use_after_return=1:$(ASAN_ODR)
ASAN_ODR   = detect_odr_violation=0
LEAKS      = $(CURDIR)/t/data/leaks.supp
TEST_ENV   = PATH="$$PATH:/usr/sbin:/sbin" \
             TEST_NGINX_BINARY=$(BINARY) TEST_NGINX_MODULE=$(MODULE) \
             TEST_UNIT_DIR=$(CURDIR)/$(OUT)/unit \
             TEST_CITRIX_GUARD=$(CURDIR)/$(CLI) \
             $(if $(filter sanitize,$(BUILD)),$(SANITIZERS))


##@ Parts of the tests

## unit: the core's unit programs only, built to build/unit/
.PHONY: unit
unit: $(UNIT) $(REPLAYS) $(PROOFS) $(OUT)/unit/judge

## symbols: compare the modules' exported symbols with t/data/exports.txt
.PHONY: symbols
symbols: build
	@$(TEST_ENV) prove -It/lib t/ops/symbols.t


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
$(OUT)/replay/t/core/unit/plain_prefilter.o: \
    $(CORE)/decision/cguard_prefilter.c
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
%/scan %/fuzz_scan: UNIT_LIBS = -lpcre2-8 -ljansson

# half of its time went into noting what each byte is compared with: the words
# that matter are in the dictionary
$(FUZZ_DIR)/scan: LIBFUZZER += -fno-sanitize-coverage=trace-cmp

$(OUT)/unit/.flags: FORCE | deps-build
	@mkdir -p $(@D)
	@echo '$(CC) $(UNIT_CFLAGS) $(UNIT_SOURCES)' | cmp -s - $@ \
	    || echo '$(CC) $(UNIT_CFLAGS) $(UNIT_SOURCES)' > $@
