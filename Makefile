# fotarig - one makefile, not recursive. `make help` lists what it can do.
#
#   make VARIANT=release      debug (default), release, profiled (of make profiled), asan (address +
#                             undefined), fuzz (of make fuzz)
#   make CFLAGS='-Og -g3'     your flags come after the project's own, which stay
#   make V=1                  show the commands

VARIANT ?= debug
CC      ?= cc
AR      ?= ar
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
V       ?= 0
SEED    ?= 1

BUILD   := build/$(VARIANT)
VERSION := $(shell sed -n 's/^\#define FOTARIG_VERSION "\(.*\)"/\1/p' harness/cli/version.h 2>/dev/null)
PACKAGES := yaml-0.1 libcjson libzip libcurl libxml-2.0 libserialport libmicrohttpd cmocka

ifeq ($(filter $(VARIANT),debug release profiled asan fuzz),)
$(error VARIANT=$(VARIANT) is not known; use debug, release, profiled, asan or fuzz)
endif

# ---- flags ---------------------------------------------------------------------------------

# FOTARIG_HOLDS: what must hold between calls is checked (core/core_holds.h, sim/sim_holds.h).
variant_cflags_debug   := -O1 -g -DFOTARIG_HOLDS
variant_cflags_release := -O3 -g
variant_cflags_asan    := -O2 -g -DFOTARIG_HOLDS -fsanitize=address,undefined -fno-sanitize-recover=all \
                          -fno-omit-frame-pointer -Wno-conversion
# (instrumented expressions look like narrowings to gcc; the plain builds check them)
variant_cflags_fuzz    := -O1 -g -DFOTARIG_HOLDS -fsanitize=fuzzer-no-link,address,undefined \
                          -fno-sanitize-recover=all -fno-omit-frame-pointer
variant_ldflags_asan   := -fsanitize=address,undefined
variant_ldflags_fuzz   := -fsanitize=fuzzer,address,undefined

# The program is linked to one address: a start has no 7,000 relocations to do (a fifth less time to
# the first OK). Its libraries, heap and stack still lie anywhere. `make LDFLAGS=-pie` has it otherwise.
variant_ldflags_release := -no-pie

# gcc sees across files in the release build: a fifth more updates per second. Fat objects stay
# usable without it.
ifneq ($(findstring Free Software Foundation,$(shell $(CC) --version 2>/dev/null)),)
variant_cflags_release  += -flto=auto -ffat-lto-objects
variant_ldflags_release += -flto=auto -O3
# On x86 it would copy a few bytes of unknown length with an instruction that takes longer to start
# than the C library's whole copy.
string_flags := -mmemcpy-strategy=unrolled_loop:16:noalign,libcall:-1:noalign \
                -mmemset-strategy=unrolled_loop:16:noalign,libcall:-1:noalign
ifeq ($(shell $(CC) $(string_flags) -E -x c /dev/null >/dev/null 2>&1 && echo yes),yes)
variant_cflags_release  += $(string_flags)
variant_ldflags_release += $(string_flags)
endif
endif

# The release build once more, with profiles of the bundled scenarios that lie beside its objects:
# those of the build that counts (PROFILE=generate) are read by the one that is kept.
PROFILE ?= use
profile_flags_generate := -fprofile-generate -fprofile-update=prefer-atomic
profile_flags_use      := -fprofile-use --param=hot-bb-count-ws-permille=999 -Wno-missing-profile \
                          -Wno-coverage-mismatch
variant_cflags_profiled  := $(variant_cflags_release) $(profile_flags_$(PROFILE)) -Wno-error
variant_ldflags_profiled := $(variant_ldflags_release) $(profile_flags_$(PROFILE))

warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wconversion -Wno-sign-conversion

# cmocka is of the tests alone: what is built without it must not miss the flags of the others.
package_cflags := $(shell pkg-config --cflags $(filter-out cmocka,$(PACKAGES)) 2>/dev/null) \
                  $(shell pkg-config --cflags cmocka 2>/dev/null)
# libcurl (harness/serve/curl.h) and libmicrohttpd (harness/lazy/microhttpd.h) are loaded when they are
# first needed, so they are not linked.
# The others are loaded when first called (harness/lazy/lazy.h); --as-needed links those of which a
# function is missing there.
package_libs   := -Wl,--as-needed \
                  $(shell pkg-config --libs $(filter-out cmocka libcurl libmicrohttpd,$(PACKAGES)) 2>/dev/null)
cmocka_libs    := $(shell pkg-config --libs cmocka 2>/dev/null)

# Sans-I/O rooms get neither POSIX names nor library headers.
cflags_portable := -std=c11 $(warnings) -Werror -I.
cflags_core     := $(cflags_portable) -ffreestanding
cflags_sim      := $(cflags_portable)
cflags_reports  := -std=c11 $(warnings) -Werror -I. -D_XOPEN_SOURCE=700 $(package_cflags)
cflags_harness  := -std=c11 $(warnings) -Werror -I. -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE \
                   $(package_cflags)
cflags_test     := $(cflags_harness)

ALL_LDFLAGS = $(variant_ldflags_$(VARIANT)) $(LDFLAGS)

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-5s %s\n'
endif

# ---- what is built -------------------------------------------------------------------------

harness_rooms   := \
	text scenario \
	tap judge \
	ports warp bench serve \
	campaign \
	explore coverage trace conform rack results \
	cli
sim_rooms       := at knowledge port power radio services sms storage update
core_sources    := $(wildcard core/*.c)
sim_sources     := $(wildcard sim/*.c $(foreach room,$(sim_rooms),sim/$(room)/*.c))
reports_sources := $(wildcard reports/*.c)
# The supervisor knows the system calls of one system and processor; elsewhere a file says so.
machine         := $(shell $(CC) -dumpmachine 2>/dev/null)
warp_here       := $(and $(findstring x86_64,$(machine)),$(findstring linux,$(machine)))
not_here        := $(if $(warp_here),harness/warp/elsewhere.c,\
                     $(filter-out harness/warp/elsewhere.c,$(wildcard harness/warp/*.c)))
harness_sources := $(filter-out $(not_here),\
                     $(wildcard $(foreach room,$(harness_rooms),harness/$(room)/*.c)))
lazy_sources    := $(wildcard harness/lazy/*.c)
main_source     := harness/cli/main.c
test_sources    := $(wildcard core/test/test_*.c sim/test/test_*.c reports/test/test_*.c \
                              harness/*/test/test_*.c)
bench_programs  := $(BUILD)/bench/updates $(BUILD)/bench/repeat $(BUILD)/bench/paced $(BUILD)/bench/push \
                   $(BUILD)/bench/inproc $(BUILD)/bench/atpty $(BUILD)/bench/atclient \
                   $(BUILD)/bench/many $(BUILD)/bench/traces

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

# What a user of the libraries includes: sim.h and what it needs, and the catalogue.
sim_headers  := $(addprefix sim/,sim.h settings.h state.h catalogue.h image.h look.h download.h \
                  cell.h files.h message.h parameters.h updater.h usb.h)
core_headers := core/fota.h core/at.h

program      := $(BUILD)/fotarig
example      := $(BUILD)/core/example/update
core_lib     := $(BUILD)/libfotacore.a
sim_lib      := $(BUILD)/libsim7000.a
reports_lib  := $(BUILD)/libreports.a
harness_lib  := $(BUILD)/libharness.a
lazy_lib     := $(BUILD)/liblazy.a
program_libs := $(harness_lib) $(reports_lib) $(sim_lib) $(core_lib) $(lazy_lib)
firmware     := $(BUILD)/core/example/firmware.bin

test_programs = $(patsubst %.c,$(BUILD)/%,$(test_sources))
# ROOM=core (sim, reports, harness) builds and runs that room's tests only, from its archives only.
room_tests = $(filter $(BUILD)/$(ROOM)/%,$(test_programs))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all profiled schema picture check-long deps deps-fuzz fuzz fuzz-programs replay-programs bench-programs run check check-unit check-scenarios check-reports layers tidy format bench \
        install uninstall deb clean help size deps-arm check-arm deps-cross check-cross coverage \
        mutants fuzz-core check-slurm

## all: build the program and the core's example (VARIANT=debug|release|asan)
all: $(program) $(example)

## run: dependencies, build, all bundled scenarios, reports, and one failure explained
run:
	$(Q)ci/deps run
	$(Q)$(MAKE) --no-print-directory all
	$(program) run scenarios --reports build/reports
	$(Q)ci/demo $(program) build/demo

## profiled: the release build optimised by profiles of all bundled scenarios, in build/profiled (gcc)
profiled: build/profiled/trained
	$(Q)$(MAKE) --no-print-directory VARIANT=profiled all build/profiled/bench/updates

# Anew when a source is newer than the counts. (ccache knows nothing of them.)
build/profiled/trained: Makefile ci/profile $(core_sources) $(sim_sources) $(reports_sources) \
                        $(harness_sources) $(lazy_sources) $(main_source)
	$(Q)CCACHE_DISABLE=1 $(MAKE) --no-print-directory VARIANT=profiled PROFILE=generate \
	    build/profiled/fotarig
	$(Q)ci/profile build/profiled
	$(Q)touch $@

## check: dependencies, build, unit tests, scenarios, layers, style; then the same under asan
check: deps
	$(Q)ci/check

## check-long: what takes minutes: line in real time, mutants, coverage, size, check-arm, check-cross, fuzzing
check-long: deps
	$(Q)ci/check-long

## check-unit: unit tests of all rooms, or of one with ROOM=core|sim|reports|harness
check-unit: $(if $(ROOM),$(room_tests),$(test_programs))
	$(Q)ci/run-tests $^

## layers: the table of rooms, checked over includes and symbols; who calls whom within sim
layers:
	$(Q)$(MAKE) --no-print-directory VARIANT=release build/release/libfotacore.a build/release/libsim7000.a
	$(Q)ci/layers
	$(Q)ci/rooms $(CURDIR)/build/release/obj/sim >/dev/null

## tidy: names, sizes and habits that this project bans or limits
tidy:
	$(Q)ci/tidy

## bench: updates per second, processes, faults, round trip and start of AT, 1000 modules, each against its floor and bound; also build/bench.json
bench:
	$(Q)$(MAKE) --no-print-directory VARIANT=release all bench-programs
	$(Q)$(MAKE) --no-print-directory profiled
	$(Q)$(MAKE) --no-print-directory VARIANT=asan build/asan/bench/updates
	$(Q)ci/bench/bench

## schema: write scenarios/schema.json, for editors, the keys in scenarios/README.md, and harness/trace/trace.schema.json; check compares them
schema: $(program)
	$(Q)$(program) check --trace-schema > harness/trace/trace.schema.json.new
	$(Q)mv harness/trace/trace.schema.json.new harness/trace/trace.schema.json
	$(Q)$(program) check --schema > scenarios/schema.json.new
	$(Q)mv scenarios/schema.json.new scenarios/schema.json
	$(Q)ci/reference $(program)

## picture: draw the README's picture anew, reports/timeline.svg; check compares it
picture: $(program)
	$(Q)ci/picture $(program)

## size: text, memory and stack of the core on Cortex-M, against its budgets
size:
	$(Q)ci/size build/size

## check-slurm: an array of parts on a Slurm that is started here; as root
check-slurm: $(program)
	$(Q)FOTARIG=$(program) ci/check-slurm

## check-arm: a Cortex-M0 firmware with the core in QEMU, at the emulated module
check-arm: $(program) $(firmware) $(example)
	$(Q)python3 ci/arm/check-arm.py $^
	$(Q)python3 ci/arm/check-warp.py $(program) $(firmware)

## check-cross: the core and its tests as 32-bit (armhf) and as big-endian code (s390x)
check-cross:
	$(Q)ci/check-cross build/cross

## coverage: branches of the core that its tests take; the rest is in core/test/uncovered.txt
coverage:
	$(Q)ci/coverage build/coverage

## mutants: planted mistakes, and who catches each (2 minutes); mutants of the core drawn by SEED=1 (10)
mutants: all
	$(Q)ci/mutate planted
	$(Q)ci/mutate drawn --seed $(SEED) --by tests --at-least 97
	$(Q)ci/mutate drawn --seed $(SEED) --at-least 88

## fuzz-core: both parsers of the core under libFuzzer, FUZZ_SECONDS=600 each
fuzz-core:
	$(Q)ci/fuzz-core build/fuzz-core $(FUZZ_SECONDS)

## deps-arm: install what size and check-arm need
deps-arm:
	$(Q)ci/deps arm

## deps-cross: install what check-cross needs
deps-cross:
	$(Q)ci/deps cross

## deps: install what is missing from the distribution
deps:
	$(Q)ci/deps

## deps-fuzz: install libFuzzer from the distribution
deps-fuzz:
	$(Q)ci/deps fuzz

## fuzz: emulator, tap, images, package check and scenario loader under libFuzzer, FUZZ_SECONDS=600 each
fuzz: deps deps-fuzz
	$(Q)$(MAKE) --no-print-directory VARIANT=debug all
	$(Q)$(MAKE) --no-print-directory VARIANT=fuzz CC=clang fuzz-programs
	$(Q)ci/fuzz build/fuzz $(FUZZ_SECONDS)

## format: format all C files in place with clang-format
format:
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format -i

## install: program, both libraries, scenarios, manuals, completion; DESTDIR, PREFIX, LIBDIR
install: $(program) $(sim_lib) $(core_lib)
	$(Q)$(install_environment) ci/install install

## uninstall: remove what install wrote, and nothing else
uninstall:
	$(Q)$(install_environment) ci/install uninstall

install_environment = BUILD='$(BUILD)' DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' \
    VERSION='$(VERSION)' SIM_HEADERS='$(sim_headers)' CORE_HEADERS='$(core_headers)'

## deb: Debian packages of program and libraries in build/deb, checked by lintian
deb:
	$(Q)ci/deps deb
	$(Q)ci/deb build/deb

## clean: remove build/
clean:
	rm -rf build

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): \(.*\)/  \1\t\2/p' Makefile | expand -t 20

# ---- rules ---------------------------------------------------------------------------------

# A stamp that changes when the compiler or a flag changes; every object depends on it.
flags_now := $(CC) $(CFLAGS) $(CPPFLAGS) $(variant_cflags_$(VARIANT)) $(cflags_harness) $(ALL_LDFLAGS)
$(shell mkdir -p $(BUILD); printf '%s\n' '$(flags_now)' | cmp -s - $(BUILD)/flags || \
        printf '%s\n' '$(flags_now)' > $(BUILD)/flags)

# Ports and examples of the core are no part of the portable archive.
outside_rooms := ci/% core/port/% core/example/%
room_of = $(if $(findstring /test/,$(1)),test,$(if $(filter $(outside_rooms),$(1)),test,$(firstword $(subst /, ,$(1)))))

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(dir $@)
	$(say) CC $<
	$(Q)$(CC) $(cflags_$(call room_of,$<)) $(variant_cflags_$(VARIANT)) $(CPPFLAGS) $(CFLAGS) \
	    -MMD -MP -c -o $@ $<

# What ci/mutate needs to build a program with one file changed: that file's object stands before the
# archives, so the original stays in its archive. Warnings about what a change leaves over.
.PHONY: mutant-commands
mutant-commands:
	@echo 'core $(CC) $(cflags_core) $(mutant_cflags)'
	@echo 'sim $(CC) $(cflags_sim) $(mutant_cflags)'
	@echo 'reports $(CC) $(cflags_reports) $(mutant_cflags)'
	@echo 'harness $(CC) $(cflags_harness) $(mutant_cflags)'
	@echo 'link $(CC) $(ALL_LDFLAGS)'
	@echo 'with $(call objects,$(main_source)) $(program_libs) $(package_libs)'
	@$(foreach room,core sim reports harness,echo 'test-$(room) $(test_libs_$(room)) \
	    $(package_libs) $(cmocka_libs)';)
mutant_cflags = -Wno-error $(variant_cflags_$(VARIANT)) $(CPPFLAGS) $(CFLAGS)

# The name under which a library was linked is the one under which it is loaded.
soname = $(shell objdump -p "$$($(CC) -print-file-name=lib$(1).so)" | sed -n 's/^ *SONAME *//p')
$(BUILD)/obj/harness/lazy/yaml.o:  cflags_harness += -DYAML_SONAME='"$(call soname,yaml)"'
$(BUILD)/obj/harness/lazy/cjson.o: cflags_harness += -DCJSON_SONAME='"$(call soname,cjson)"'
$(BUILD)/obj/harness/lazy/microhttpd.o: cflags_harness += \
    -DMICROHTTPD_SONAME='"$(call soname,microhttpd)"'
$(BUILD)/obj/harness/lazy/serialport.o: cflags_harness += \
    -DSERIALPORT_SONAME='"$(call soname,serialport)"'

# Inside a program the compiler may know what memcmp() does; other variants and the firmware do not
# count on it.
ifneq ($(filter $(VARIANT),release profiled),)
$(BUILD)/obj/core/%.o: cflags_core += -fbuiltin
endif

define archive
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^
endef

$(core_lib): $(call objects,$(core_sources))
	$(archive)
$(sim_lib): $(call objects,$(sim_sources))
	$(archive)
# What stands beside report.html, as constants of the program.
html_assets := $(BUILD)/obj/reports/html_assets
$(html_assets).c: reports/report.css reports/report.js
	@mkdir -p $(dir $@)
	$(say) GEN $@
	$(Q)for kind in css js; do \
	    printf 'extern const char html_%s[];\nconst char html_%s[] =\n' $$kind $$kind; \
	    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n"/' reports/report.$$kind; echo ';'; \
	done > $@
$(html_assets).o: $(html_assets).c $(BUILD)/flags
	$(say) CC $<
	$(Q)$(CC) $(cflags_reports) $(variant_cflags_$(VARIANT)) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(reports_lib): $(call objects,$(reports_sources)) $(html_assets).o
	$(archive)
$(harness_lib): $(call objects,$(filter-out $(main_source),$(harness_sources)))
	$(archive)
$(lazy_lib): $(call objects,$(lazy_sources))
	$(archive)

$(program): $(call objects,$(main_source)) $(program_libs)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(package_libs)

$(example): $(call objects,$(wildcard core/example/*.c) core/port/posix.c \
            core/port/checkpoint_file.c) $(core_lib)
	@mkdir -p $(dir $@)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^

# Not by CC and VARIANT: another compiler, and always small.
CROSS ?= arm-none-eabi-
firmware_sources := $(wildcard core/example/firmware/*.c) core/port/bare.c \
                    core/port/freestanding/string.c $(core_sources)
cflags_firmware  := $(cflags_core) -Icore/port/freestanding -Os -g -mcpu=cortex-m0 -mthumb \
                    -fno-tree-loop-distribute-patterns -ffunction-sections -fdata-sections

$(firmware): core/example/firmware/link.ld $(firmware_sources) \
             $(wildcard core/*.h core/port/*.h core/example/firmware/*.h)
	@mkdir -p $(dir $@)
	$(say) CROSS $@
	$(Q)$(CROSS)gcc $(cflags_firmware) -nostdlib -Wl,--gc-sections -T $< -o $(@:.bin=.elf) \
	    $(firmware_sources) -lgcc
	$(Q)$(CROSS)objcopy -O binary $(@:.bin=.elf) $@

# A room's tests see that room's archive and nothing that the room may not use.
test_libs_core    := $(core_lib)
test_libs_sim     := $(sim_lib)
test_libs_reports := $(reports_lib)
# (Tests are linked with the libraries themselves, but for the one that is called through a table.)
test_libs_harness := $(harness_lib) $(reports_lib) $(sim_lib) $(core_lib) \
                     $(BUILD)/obj/harness/lazy/microhttpd.o
# What tests of a room share sits in <room>/test/support*.c.
test_support = $(call objects,$(wildcard $(dir $(1))support*.c))

.SECONDEXPANSION:
$(test_programs): $(BUILD)/%: $(BUILD)/obj/%.o \
                  $$(call test_support,%) $$(test_libs_$$(firstword $$(subst /, ,%)))
	@mkdir -p $(dir $@)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(package_libs) $(cmocka_libs)

bench-programs: $(bench_programs)

# Targets of libFuzzer, with the archives of their room (VARIANT=fuzz CC=clang).
fuzz_programs := $(patsubst %.c,$(BUILD)/%,$(wildcard sim/test/fuzz_*.c reports/test/fuzz_*.c harness/*/test/fuzz_*.c))
fuzz-programs: $(fuzz_programs)

$(fuzz_programs): $(BUILD)/%: $(BUILD)/obj/%.o $$(test_libs_$$(firstword $$(subst /, ,%)))
	@mkdir -p $(dir $@)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(package_libs)

# The same without libFuzzer, for the inputs of ci/corpus (VARIANT=asan); those of the core, too.
replay_programs := $(subst /test/fuzz_,/test/replay_,$(fuzz_programs) \
    $(patsubst %.c,$(BUILD)/%,$(wildcard core/test/fuzz_*.c)))
replay-programs: $(replay_programs)

$(replay_programs): $(BUILD)/%: $$(subst /replay_,/fuzz_,$(BUILD)/obj/%.o) $(BUILD)/obj/ci/replay.o \
        $$(if $$(filter core/test/,$$(dir %)),$$(call objects,$$(wildcard core/test/support_wa*.c))) \
        $$(test_libs_$$(firstword $$(subst /, ,%)))
	@mkdir -p $(dir $@)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(package_libs)

$(BUILD)/bench/updates $(BUILD)/bench/repeat $(BUILD)/bench/paced $(BUILD)/bench/push $(BUILD)/bench/traces: $(BUILD)/bench/%: $(BUILD)/obj/ci/bench/%.o \
        $(test_libs_harness)
	@mkdir -p $(dir $@)
	$(say) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(package_libs)

# The floors are measured as they are: their own flags, none of ours.
$(BUILD)/bench/%: ci/bench/floor/%.c ci/bench/floor/perf.h
	@mkdir -p $(dir $@)
	$(say) CC $<
	$(Q)$(CC) -O2 -std=c11 -o $@ $< -lpthread -lm

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
