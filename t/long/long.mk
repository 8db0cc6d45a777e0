# The long runs: what proves more than `make test`, and takes minutes for it.
# A page of the Makefile; each run is in a folder beside this file.

RELOADS = 200
SECONDS = 60
SEED    =
ONLY    =
WORKTREE =


##@ Prove it

## oracle: the core against a slow second implementation, 3 * 10^7 strings (10
##     minutes)
.PHONY: oracle
oracle: $(OUT)/unit/compare
	@exec $< standard

## attacks: 10^9 generated attacks, all of which must be refused (5 minutes)
.PHONY: attacks
attacks: $(OUT)/unit/attacks
	@exec $<

PACKAGES_fuzz = perl clang libclang-rt-dev

## fuzz: libFuzzer on the core for SECONDS=60; failures in build/fuzz/crashes
.PHONY: fuzz
fuzz: $(FUZZ)
	@exec t/long/fuzz/fuzz $(SECONDS) $(FUZZ_DIR) $(FUZZ_TARGETS)

## fuzz-keep: copy inputs of fuzz that reach new code to t/long/fuzz/corpus
.PHONY: fuzz-keep
fuzz-keep: $(FUZZ)
	@exec t/long/fuzz/fuzz keep $(FUZZ_DIR) $(FUZZ_TARGETS)

## hostile: hostile HTTP/1 and HTTP/2 against a sanitizer build of nginx for
##     SECONDS=60 (SEED=)
.PHONY: hostile storm
hostile:
	+@$(MAKE) --no-print-directory BUILD=sanitize storm
## storm: the same against the nginx of BUILD
storm: deps-test build $(OUT)/unit/judge
	@$(TEST_ENV) exec t/long/hostile/hostile $(SECONDS) $(OUT)/unit/judge $(SEED)

PACKAGES_proof = perl gcc libc6-dev clang libclang-rt-dev debootstrap

## proof: Frama-C: no undefined behaviour in the core, for any input
##     (hours); ONLY=function
.PHONY: proof
proof: deps-proof
	+@$(MAKE) -s unit BUILD=memory CC=clang CFLAGS_sanitize='$(CFLAGS_memory)'
	@TEST_LEFT_OUT='$(WITH_LIBRARIES)' t/long/proof/proof build/proof \
	    build/memory/unit $(ONLY)

PACKAGES_lint = $(PACKAGES_build) clang cppcheck

## lint: static analysis of all sources by gcc, clang and cppcheck;
##     ONLY=pattern
.PHONY: lint
lint: deps-lint build
	@t/long/lint/lint $(OUT)/nginx '$(ONLY)'

PACKAGES_coverage = perl clang llvm libclang-rt-dev

## coverage: the tests execute every line and condition of the core, or the
##     source says why not
.PHONY: coverage
coverage: deps-coverage
	+@$(MAKE) -s unit BUILD=coverage CC=clang \
	    CFLAGS_sanitize='$(CFLAGS_coverage)'
	+@$(MAKE) -s unit BUILD=coverage-plain CC=clang \
	    CFLAGS_sanitize='$(CFLAGS_coverage-plain)'
	@t/long/coverage/coverage build/coverage build/coverage-plain

PACKAGES_matrix = $(PACKAGES_test) debootstrap valgrind clang libclang-rt-dev

## matrix: nginx 1.22, 1.26 and the newest, two compilers, ... (40 minutes);
##     ONLY=name
.PHONY: matrix
matrix: deps-matrix
	@exec t/long/matrix/matrix build/matrix '$(ONLY)'

PACKAGES_fresh = debootstrap git curl nginx openssl procps slirp4netns

## fresh: in a new Debian 12 and 13 the README's two commands, and the way to a
##     Gateway that is shielded; WORKTREE=1, ONLY=suite, or suite-deb, suite-make
.PHONY: fresh
fresh: deps-fresh
	@WORKTREE=$(WORKTREE) t/long/fresh/fresh build/fresh $(ONLY)

PACKAGES_packages = debootstrap git procps slirp4netns

## packages: the Debian packages in Debian 12, 13 and sid under systemd: built,
##     installed, updated, crashed, rebooted, purged, piuparts, autopkgtest (30
##     minutes); ONLY=suite
.PHONY: packages
packages: deps-packages
	@t/long/packages/packages build/packages $(ONLY)

PACKAGES_container = $(PACKAGES_test) podman crun

## container: the image of "make image", built twice, run by podman (10 minutes)
.PHONY: container
container: deps-container image
	@$(TOOLS)/image build/image-again build/deb >/dev/null
	@TEST_IMAGE=build/image TEST_IMAGE_AGAIN=build/image-again \
	    prove -It/lib $(PROVE_FLAGS) t/long/image/*.t

PACKAGES_neighbours = $(PACKAGES_test) libnginx-mod-http-lua \
                 libnginx-mod-http-js libnginx-mod-http-headers-more-filter \
                 libnginx-mod-http-modsecurity libnginx-mod-http-echo \
                 libnginx-mod-http-brotli-filter libnginx-mod-http-dav-ext \
                 libnginx-mod-http-geoip2 libnginx-mod-http-image-filter \
                 libnginx-mod-http-subs-filter libnginx-mod-http-perl

## neighbours: the module together with Debian's lua, njs, modsecurity and others
.PHONY: neighbours
neighbours: deps-neighbours build
	@$(TEST_ENV) t/long/tools/proof neighbours t/long/neighbours/*.t

PACKAGES_hooks = $(PACKAGES_test) dpkg-dev libpcre2-dev

## hooks: an nginx whose internal calls were changed (NGINX_SRC=): nothing is
##     forwarded unjudged without an alert
.PHONY: hooks
hooks: deps-hooks
	@$(TEST_ENV) prove -It/lib $(PROVE_FLAGS) t/long/hooks/*.t

PACKAGES_named = perl curl dpkg-dev $(PACKAGES_build)

## named: modules for an installed nginx that is not Debian's (2 minutes)
.PHONY: named
named: deps-named
	@prove -It/lib $(PROVE_FLAGS) t/long/named/*.t

PACKAGES_console = $(PACKAGES_test) chromium chromium-driver fonts-dejavu-core

## console: the monitor's page in a real Chromium; TEST_PICTURES=FOLDER keeps
##     screenshots
.PHONY: console
console: deps-console build
	@$(TEST_ENV) prove -It/lib $(PROVE_FLAGS) t/long/console/*.t

PACKAGES_judges = $(PACKAGES_test) busybox caddy civetweb \
                 default-jdk-headless \
                 h2o haproxy libjetty9-java libmojolicious-perl \
                 libmono-system-web4.0-cil libnginx-mod-http-perl \
                 libtomcat10-java lighttpd mini-httpd mono-mcs \
                 mono-runtime nodejs php-cli php-mbstring puma \
                 python3-aiohttp python3-tornado python3-waitress \
                 ruby-webrick yaws

## judges: 45 real servers as judges (30 minutes); JUDGES="names", COUNT=,
##     SEED=
.PHONY: judges
judges: deps-judges build
	@exec t/long/judges/judges "$(BINARY)" "$(MODULE)"

PACKAGES_streams = $(PACKAGES_judges) libhttp-daemon-perl python3-twisted

## streams: 15 real servers behind the stream module, and HTTP after the
##     signatures of sessions (hours; COUNT=2000: 20 minutes); STREAMS="names",
##     SEED=
.PHONY: streams
streams: deps-streams build
	@exec t/long/streams/streams "$(BINARY)" "$(MODULE)"

PACKAGES_peers = $(PACKAGES_test) haproxy libapache2-mod-security2 \
                 libnginx-mod-http-modsecurity modsecurity-crs util-linux \
                 valgrind wrk

## peers: the guard beside its alternatives: nginx, ModSecurity, Apache, HAProxy
##     (10 minutes); PEERS="names", COUNT=, SEED=
.PHONY: peers
peers: deps-peers build
	@exec t/long/peers/peers "$(BINARY)" "$(MODULE)"

PACKAGES_gateway = $(PACKAGES_console) libnss3-tools keepalived haproxy \
                 iproute2

## gateway: the whole Gateway: browsers, gibibytes, 2,000 sessions, 50
##     reloads, a day's silence (30 minutes)
.PHONY: gateway
GATEWAY = $(addprefix t/stream/,stream.t rdp.t gateway.t edt.t ocsp.t \
          shutter.t bypass.t) t/long/gateway/*.t
gateway: deps-gateway build
	@TEST_BOUND=$${TEST_BOUND:-3600} $(TEST_ENV) t/long/tools/proof gateway $(GATEWAY)

PACKAGES_life = perl libio-socket-ssl-perl

## life: reloads, kills, upgrades, shutdown under load (5 minutes);
##     RELOADS=200
.PHONY: life
life: deps-life deps-test build
	@$(TEST_ENV) TEST_RELOADS=$(RELOADS) t/long/tools/proof life \
	    t/ops/life.t $(LIFE)

# a module that is linked statically does not come and go
LIFE = $(filter-out $(if $(STATIC),%/load_unload.t), \
       $(sort $(wildcard t/long/life/*.t)))

## faults: each allocation fails in turn, release and sanitizer build (10
##     minutes)
.PHONY: faults faults-each
faults:
	+@$(MAKE) --no-print-directory BUILD=release faults-each
	+@$(MAKE) --no-print-directory BUILD=sanitize faults-each
## faults-each: the same for the nginx of BUILD
faults-each: deps-test build
	@$(TEST_ENV) TEST_FAULTS=all t/long/tools/proof 'faults ($(BUILD))' \
	    t/http/faults.t t/stream/faults.t

PACKAGES_mutate = $(PACKAGES_test) ccache

## mutate: small bugs inserted into the sources: the tests must notice each (30
##     minutes); ONLY=pattern
.PHONY: mutate
mutate: deps-mutate
	@exec t/long/mutate/mutate '$(ONLY)'
