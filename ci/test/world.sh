#!/bin/sh
# Every member of the world that is a time or a statistic must stand in the table of its room, or
# equal worlds would not hash alike.
set -eu
failed=0

# usage: look TABLES... -- HEADERS...      members only: a type in front, no parameter list behind
look() {
    tables=
    while [ "$1" != -- ]; do tables="$tables $1"; shift; done
    shift
    for member in $(sed -nE \
        's/^    uint(16|32|64)_t ((stat_[a-z_]+)|([a-z_]+_at_us))[[;].*/\2/p' "$@" | sort -u); do
        # shellcheck disable=SC2086
        grep -qE "[.(]$member[,)]" $tables && continue
        echo "FAIL  member '$member' is not in the table of$tables"
        failed=1
    done
}

# usage: look_at FILE HEADER       the file brings each of them into that form by its name
look_at() {
    for member in $(sed -nE \
        's/^    uint(16|32|64)_t ((stat_[a-z_]+)|([a-z_]+_at_us))[[;].*/\2/p' "$2" | sort -u); do
        sed -n '/_make_comparable(/,/^}/p; /^static void unroll/,/^}/p' "$1" | grep -q "$member" && continue
        echo "FAIL  member '$member' is not brought into its form in $1"
        failed=1
    done
}

look core/fota_comparable.c -- core/at.h core/fota.h
look sim/storage/comparable.c sim/storage/image_fields.h -- \
    sim/state.h sim/files.h sim/download.h sim/updater.h
look harness/bench/world.c -- harness/bench/world.h harness/judge/judge.h
look_at harness/bench/wire.c harness/bench/wire.h
look_at harness/tap/tap.c harness/tap/tap.h
[ "$failed" -eq 0 ] && echo "ok    times and statistics of the world are in their room's table"
exit $failed
