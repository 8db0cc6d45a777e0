# ngx_citrix_guard: what users call. Its other pages, which it includes:
#
#   ngx_citrix_guard/cli/cli.mk   how the command is built
#   t/programs.mk                 how the unit programs and fuzz targets are
#   t/long/long.mk                the long runs

##= NGINX_SRC=FOLDER: the source of another nginx, 1.22 or newer, which is built
##      as well
##= NGINX=PROGRAM: with NGINX_SRC: an installed nginx; the modules are built for
##      it, with the arguments that its -V shows, and installed where it looks
##= NGINX_FLAGS=...: more arguments for its configure
##= BUILD=KIND: release (default), debug, sanitize (builds an nginx, too),
##      valgrind
##= PREFIX=FOLDER: for install: the folder of the command (/usr/local)
##= STATIC=1: the module inside nginx: build/static-release/sbin/nginx
##= CC=clang: another compiler
##= V=1: show what nginx's configure and make say
##= PORT= ADC_PORT=: for run: the guard's port (8080), the stand-in's (8081)
##= ADC=https://HOST: for run: a real ADC in place of the stand-in
##= ADC_CA=FILE: for run: verify its certificate with these CAs

BUILD    = release
NGINX    = /usr/sbin/nginx
NGINX_SRC =
STATIC   =
ADC      =
ADC_CA   =
PREFIX   = /usr/local
PORT     = 8080
ADC_PORT = 8081
DEPS     = yes
ROOMS    = core http rules evidence monitor stream cli ops
TESTS    = $(ROOMS:%=t/%)
ROOM     =

SOURCES = ngx_citrix_guard
CORE    = $(SOURCES)/cguard
TOOLS   = $(SOURCES)/tools

# the packaged nginx's release build is build/ itself, any other is below it
VARIANT = $(if $(STATIC),static-)$(BUILD)$(if $(NGINX_SRC),-$(notdir \
              $(abspath $(NGINX_SRC))))
OUT     = build$(if $(filter-out release,$(VARIANT)),/$(VARIANT))
MODULE  = $(if $(STATIC),,$(CURDIR)/$(OUT)/modules/$(MODULE_NAME))
MODULE_NAME = ngx_http_citrix_guard_module.so

# an nginx that is installed, and not Debian's: named by who calls
NAMED_NGINX = $(if $(filter-out file,$(origin NGINX)),$(NGINX))

# sanitizers, a static build and NGINX_SRC need an nginx of their own
OWN_NGINX = $(if $(NAMED_NGINX),,$(strip $(STATIC)$(NGINX_SRC)$(filter \
                sanitize,$(BUILD))))
BINARY    = $(if $(OWN_NGINX),$(CURDIR)/$(OUT)/sbin/nginx,$(NGINX))

export BUILD CC NGINX_SRC NGINX_FLAGS NAMED_NGINX STATIC V PORT ADC_PORT ADC ADC_CA

PAGES = Makefile t/programs.mk t/long/long.mk
include $(SOURCES)/cli/cli.mk t/programs.mk t/long/long.mk


##@ Build and install

## build: the modules: build/modules/ngx_{http,stream}_citrix_guard_module.so
##     (default)
.PHONY: build
build: deps-build cli
	+@$(TOOLS)/build $(OUT)

## cli: the command: build/bin/citrix-guard (part of build)
.PHONY: cli
cli: $(CLI)

## install: module, command, example and rule files for the packaged nginx
##     (DESTDIR=)
.PHONY: install
install: build
	@$(TOOLS)/install-cli "$(CLI)" "$(PREFIX)" "$(DESTDIR)"
	@$(TOOLS)/install "$(BINARY)" "$(MODULE)" "$(DESTDIR)"

## uninstall: remove what install has installed (DESTDIR=)
.PHONY: uninstall
uninstall:
	@$(TOOLS)/install -u "$(BINARY)" "$(MODULE)" "$(DESTDIR)"
	@$(TOOLS)/install-cli -u "$(CLI)" "$(PREFIX)" "$(DESTDIR)"

## deb: Debian packages for the packaged nginx: build/deb/*.deb
.PHONY: deb
deb: deps-build deps-deb
	@$(TOOLS)/deb build/deb

## clean: remove build/, the only folder that make writes to
.PHONY: clean
clean:
	rm -rf build


##@ Try it

## run: the guard at 127.0.0.1:8080 in front of a stand-in ADC, until Ctrl-C
.PHONY: run
run: deps-run build
	@exec $(TOOLS)/run "$(BINARY)" "$(MODULE)"


##@ Check it

## test: all tests; TESTS=t/room/name.t for one, BUILD=sanitize under
##     sanitizers
.PHONY: test
test: deps-test build unit
	@$(TEST_ENV) prove -It/lib $(PROVE_FLAGS) $(TESTS)

## bench: what the guard costs: tables, and build/bench.tsv (6 minutes)
.PHONY: bench
bench: deps-bench deps-test build
	@t/long/bench/bench "$(BINARY)" "$(MODULE)" "$(OUT)"
	@t/long/bench/scan "$(CLI)" "$(OUT)"
	@$(TEST_ENV) t/long/bench/front "$(OUT)"

## map: the rooms of the sources and their purpose; ROOM=http/evidence for one
.PHONY: map
map:
	@perl -It/lib -MCitrixGuard::House=room_map \
	    -e 'print room_map(shift)' $(ROOM)

## help: this list
.PHONY: help
help:
	@$(TOOLS)/help $(PAGES)


##@ Debian packages (each target installs what it needs; DEPS=no: never)

CLANG          = $(findstring clang,$(CC))
PACKAGES_build = gcc libc6-dev dpkg-dev libpcre2-dev libssl-dev zlib1g-dev \
                 libcurl4-openssl-dev liblzma-dev libzstd-dev libbz2-dev \
                 libarchive-dev \
                 libjansson-dev \
                 $(if $(NGINX_SRC),,nginx nginx-dev) \
                 $(if $(CLANG),clang libclang-rt-dev)
PACKAGES_deb   = debhelper dpkg-dev nginx-dev libnginx-mod-stream
PACKAGES_run   = perl curl
PACKAGES_test  = perl binutils apache2-bin curl jq openssl xz-utils zstd \
                 python3-jsonschema rsyslog \
                 prometheus prometheus-alertmanager fail2ban logrotate \
                 libio-socket-ssl-perl \
                 $(if $(OWN_NGINX),,libnginx-mod-stream)
PACKAGES_bench = perl valgrind wrk libpcre2-dev
DEPS_TARGETS   = $(patsubst PACKAGES_%,deps-%,\
                 $(filter PACKAGES_%,$(.VARIABLES)))

## deps: install all packages at once; deps-NAME those for the target NAME
.PHONY: deps $(DEPS_TARGETS)
deps: $(DEPS_TARGETS)
$(DEPS_TARGETS): deps-%:
	@$(if $(filter yes,$(DEPS)),$(TOOLS)/deps $(PACKAGES_$*),:)
$(filter-out deps-build deps-fresh deps-matrix,$(DEPS_TARGETS)): deps-build


.PHONY: FORCE
FORCE:

.DEFAULT_GOAL = build
.DELETE_ON_ERROR:
