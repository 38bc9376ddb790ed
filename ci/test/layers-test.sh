#!/bin/sh
# The layer check finds what it is there for: each row breaks one rule in a small copy of the
# rooms, and the check must name the file, the room and what is wrong. So does ci/rooms with pairs of
# rooms of sim that refer to each other.
set -u
cd "$(dirname "$0")/../.." || exit 2
here=$PWD
place=$(mktemp -d) || exit 2
trap 'rm -rf "$place"' EXIT
failed=0
variable='a variable that outlives a call; make it const or a member'

# Makes a small tree that keeps all rules.
make_tree() {
    rm -rf "$place/tree"
    mkdir -p "$place/tree" && cd "$place/tree" || exit 2
    mkdir -p ci core/test sim reports harness/scenario harness/bench harness/cli build/release
    cp "$here/ci/layers" ci/layers
    printf '#include "core/at.h"\n#include <stdint.h>\n' >core/fota.h
    echo 'int at(const char *a);' >core/at.h
    printf '#include "core/at.h"\n#include <string.h>\n%s\n' \
        'int at(const char *a) { return (int)strlen(a); }' >core/at.c
    printf '#include "core/fota.h"\n#include <stdio.h>\n' >core/test/test_at.c
    printf '#include <stddef.h>\n' >sim/sim.h
    printf '#include "sim/sim.h"\n%s%s\n' 'extern const char *const n[]; ' \
        'const char *const n[] = {"a"};' >sim/line.c
    printf '#include "reports/report.h"\n#include <libxml/xmlwriter.h>\n' >reports/junit.c
    : >reports/report.h
    printf '#include "sim/sim.h"\n#include "core/fota.h"\n' >harness/scenario/load.c
    printf '#include "harness/scenario/load.h"\n' >harness/bench/run.c
    printf '#include "harness/bench/run.h"\n#include "reports/report.h"\n' >harness/cli/main.c
}

build_archives() {
    for room in core sim; do
        rm -f $room/*.o
        for source in "$room"/*.c; do
            ${CC:-cc} -std=c11 -I. -O2 -fPIE -c -o "${source%.c}.o" "$source" || exit 2
        done
    done
    rm -f build/release/*.a
    ar rc build/release/libfotacore.a core/*.o
    ar rc build/release/libsim7000.a sim/*.o
}

# usage: expect PART NAME STATUS TEXT      runs that part of the check; the text must be a line of
# its output
expect() {
    part=$1
    shift
    [ "$part" = includes ] || build_archives
    output=$(sh ci/layers "$part" 2>&1)
    status=$?
    if [ $status -eq "$2" ] && echo "$output" | grep -qxF -- "$3"; then
        echo "ok    layers: $1"
    else
        failed=1
        printf 'FAIL  layers: %s\n  want (exit %s): %s\n  got  (exit %s): %s\n' \
            "$1" "$2" "$3" "$status" "$output"
    fi
}

# usage: row PART NAME FILE LINE MESSAGE     appends the line to the file of a good tree
row() {
    make_tree
    printf '%s\n' "$4" >>"$3"
    expect "$1" "$2" 1 "$5; see ci/README.md, Rooms"
}

make_tree
expect both "a tree that keeps the rules passes" 0 ""
row includes "core includes sim" core/at.c '#include "sim/sim.h"' \
    'core/at.c:4: room core may not include "sim/sim.h"'
row includes "core includes stdlib" core/at.c '#include <stdlib.h>' \
    'core/at.c:4: room core may not include <stdlib.h>'
row includes "core header includes stdio" core/at.h '#  include <stdio.h>' \
    'core/at.h:2: room core may not include <stdio.h>'
row includes "an include that hides behind a macro" core/at.h '#include HIDDEN' \
    'core/at.h:2: room core may not include HIDDEN'
row includes "core tests don't know sim" core/test/test_at.c '#include "sim/sim.h"' \
    'core/test/test_at.c:3: room core tests may not include "sim/sim.h"'
row includes "sim includes core" sim/line.c '#include "core/at.h"' \
    'sim/line.c:3: room sim may not include "core/at.h"'
row includes "sim includes time" sim/line.c '#include <time.h>' \
    'sim/line.c:3: room sim may not include <time.h>'
row includes "reports includes harness" reports/junit.c '#include "harness/bench/run.h"' \
    'reports/junit.c:3: room reports may not include "harness/bench/run.h"'
row includes "harness includes what is private in sim" harness/bench/run.c \
    '#include "sim/internal.h"' \
    'harness/bench/run.c:2: room harness/bench may not include "sim/internal.h"'
row includes "scenario includes bench" harness/scenario/load.c '#include "harness/bench/run.h"' \
    'harness/scenario/load.c:3: room harness/scenario may not include "harness/bench/run.h"'
row symbols "core calls malloc" core/at.c \
    'void *malloc(unsigned long); void *m(void); void *m(void) { return malloc(3); }' \
    'core/at.c:4: room core may not use malloc'
row symbols "core calls what sim defines" core/at.c \
    'int sim_step(void); int s(void); int s(void) { return sim_step(); }' \
    'core/at.c:4: room core may not use sim_step'
row symbols "sim prints" sim/line.c \
    'int printf(const char *, ...); void p(int); void p(int x) { printf("%d", x); }' \
    'sim/line.c:3: room sim may not use printf'
row symbols "sim reads a clock" sim/line.c \
    'long time(long *); long t(void); long t(void) { return time(0); }' \
    'sim/line.c:3: room sim may not use time'
row symbols "core holds a variable" core/at.c \
    'int count(void); int count(void) { static int calls; return ++calls; }' \
    "core/at.c:4: room core may not hold calls.0: $variable"
row symbols "sim holds an initialised variable" sim/line.c \
    'extern int level; int level = 3;' \
    "sim/line.c:3: room sim may not hold level: $variable"

# usage: expect_rooms NAME STATUS TEXT [PAIR]    sim/README.md names the pair; of sim, at and port call
# each other, at also storage. The text must be the first line of errors.
expect_rooms() {
    make_tree
    cp "$here/ci/rooms" ci/rooms
    mkdir -p sim/at sim/port sim/storage
    echo 'int sim_echo(void); int sim_file(void); int sim_run(void);' \
        'int sim_run(void) { return sim_echo() + sim_file(); }' >sim/at/run.c
    echo 'int sim_echo(void); int sim_run(void); int sim_echo(void) { return sim_run(); }' >sim/port/echo.c
    echo 'int sim_file(void); int sim_file(void) { return 0; }' >sim/storage/file.c
    printf '%s\n' "${4:-}" >sim/README.md
    for source in sim/*/*.c; do
        mkdir -p "objects/$(dirname "${source#sim/}")"
        ${CC:-cc} -std=c11 -c -o "objects/$(basename "$(dirname "$source")")/$(basename "$source" .c).o" \
            "$source" || exit 2
    done
    output=$(python3 ci/rooms objects 2>&1 >/dev/null)
    status=$?
    if [ $status -eq "$2" ] && [ "$(echo "$output" | head -n 1)" = "$3" ]; then
        echo "ok    layers: $1"
    else
        failed=1
        printf 'FAIL  layers: %s\n  want (exit %s): %s\n  got  (exit %s): %s\n' \
            "$1" "$2" "$3" "$status" "$output"
    fi
}

rooms='ci/rooms: rooms of sim that refer to each other, and sim/README.md'
expect_rooms "two rooms of sim that call each other are named" 0 "" '| `at` ↔ `port` | why |'
expect_rooms "two rooms of sim that call each other want a reason" 1 "$rooms does not name: at ↔ port"
expect_rooms "a reason is not kept longer than the pair" 1 \
    "$rooms names, but they do not any more: at ↔ storage" \
    '| `at` ↔ `port` | why |
| `at` ↔ `storage` | why |'
exit $failed
