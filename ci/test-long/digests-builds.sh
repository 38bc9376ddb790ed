#!/bin/sh
# The journals do not depend on compiler, optimisation, profiles and sanitizers: gcc and clang at -O0 and
# -O2, the release build, the one that profiles optimise, and the sanitized one, each against the reference;
# and one token 100,000 times in each of them (RUNS=100000), without and with faults of explore's, every run
# like the first and like those of the others. usage: ci/test-long/digests-builds.sh
set -eu
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
runs=${RUNS:-100000}
scenario=scenarios/documented/update-by-http.yaml
mkdir -p build/digests

# usage: build FOLDER ARGUMENT...      of make, for program and `repeat` in the folder
build() {
    folder=$1
    shift
    make --no-print-directory -j"$jobs" "$@" "$folder/fotarig" "$folder/bench/repeat" \
        >build/digests/build.log 2>&1 || { tail -n 40 build/digests/build.log; exit 1; }
    folders="$folders $folder"
}

folders=
for compiler in gcc clang; do
    for level in -O0 -O2; do
        build "build/digests/$compiler$level" BUILD="build/digests/$compiler$level" CC="$compiler" \
            CFLAGS="$level"
    done
done
build build/release VARIANT=release
make --no-print-directory -j"$jobs" profiled >build/digests/build.log 2>&1 ||
    { tail -n 40 build/digests/build.log; exit 1; }
build build/profiled VARIANT=profiled
build build/asan VARIANT=asan

# Alone, with a line lost, and with the power cut in the middle of a flash step.
for token in - lose-line@to-host-line:20 cut-write.inside@flash-step:33; do
    first=
    for folder in $folders; do
        told=$("$folder/bench/repeat" "$scenario" "$token" "$runs") ||
            { echo "FAIL  $folder: $token: its runs differ"; exit 1; }
        [ -n "$first" ] || first=$told
        [ "$told" = "$first" ] || { echo "FAIL  $folder: $token: want $first, got $told"; exit 1; }
        echo "ok    $folder: $token: $told"
    done
done
programs=
for folder in $folders; do
    programs="$programs $folder/fotarig"
done
# shellcheck disable=SC2086
sh ci/test/digests.sh $programs
