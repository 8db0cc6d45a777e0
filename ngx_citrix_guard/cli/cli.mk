# How the citrix-guard command is built, with what the decision needs of the
# core. A page of the Makefile.

CLI_DIR      = ngx_citrix_guard/cli
CLI          = $(OUT)/bin/citrix-guard
CLI_SOURCES  = $(sort $(wildcard $(CLI_DIR)/*.c $(CLI_DIR)/*/*.c \
               $(CORE)/decision/*.c))
CLI_OBJECTS  = $(CLI_SOURCES:$(SOURCES)/%.c=$(OUT)/cli/%.o)
CLI_HEADERS  = $(wildcard $(CLI_DIR)/*.h $(CLI_DIR)/*/*.h \
               $(CORE)/decision/*.h)
CLI_CFLAGS   = $(UNIT_CFLAGS) -D_GNU_SOURCE -pthread $(CLI_LTO)
CLI_LTO      = $(if $(CLANG),,$(if $(filter release,$(BUILD)),-flto=auto))
CLI_LIBS     = -lz -lbz2 -llzma -lzstd -ljansson -ldl

# what is loaded when it is needed: the names of the libraries that a program
# linked here would ask for

soname     = $(shell readelf -d "$$($(CC) -print-file-name=$(1).so)" \
                 2>/dev/null | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
CLI_LOADS  = -DCLI_LIBCURL=\"$(call soname,libcurl)\" \
             -DCLI_LIBSSL=\"$(call soname,libssl)\" \
             -DCLI_LIBARCHIVE=\"$(call soname,libarchive)\"
CLI_LOADERS = $(addprefix $(OUT)/cli/cli/,common/cli_network.o \
              scan/scan_archive.o)

$(CLI): $(CLI_OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(CLI_CFLAGS) -w -o $@ $(CLI_OBJECTS) $(CLI_LIBS)

$(CLI_OBJECTS): $(OUT)/cli/%.o: $(SOURCES)/%.c $(CLI_HEADERS) $(OUT)/cli/.flags
	@mkdir -p $(@D)
	@$(CC) $(CLI_CFLAGS) $(CLI_NAMES) -c -o $@ $<

$(CLI_LOADERS): CLI_NAMES = $(CLI_LOADS)

$(OUT)/cli/.flags: FORCE | deps-build
	@mkdir -p $(@D)
	@case '$(CLI_LOADS)' in *'\"\"'*) \
	    echo 'a library has no name: $(CLI_LOADS)' >&2; exit 1;; esac
	@echo '$(CC) $(CLI_CFLAGS) $(CLI_LOADS) $(CLI_SOURCES)' | cmp -s - $@ \
	    || echo '$(CC) $(CLI_CFLAGS) $(CLI_LOADS) $(CLI_SOURCES)' > $@
