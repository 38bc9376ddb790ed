#!/bin/sh
# Every member of the world that is a time or a statistic must stand in the field table of
# harness/bench/world.c, or equal worlds would not hash alike.
set -eu
headers="core/at.h core/fota.h sim/state.h sim/files.h sim/download.h sim/updater.h
         harness/bench/wire.h harness/bench/world.h harness/judge/judge.h"
failed=0
# Members only: a type in front, no function's parameter list behind.
for member in $(sed -nE 's/^    uint(16|32|64)_t ((stat_[a-z_]+)|([a-z_]+_at_us))[[;].*/\2/p' $headers | sort -u); do
    grep -q "[.(]$member[,)]" harness/bench/world.c && continue
    echo "FAIL  member '$member' is not in the table of harness/bench/world.c"
    failed=1
done
[ "$failed" -eq 0 ] && echo "ok    times and statistics of the world are in its field table"
exit $failed
