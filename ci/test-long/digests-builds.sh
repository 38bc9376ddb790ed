#!/bin/sh
# The journals do not depend on compiler and optimisation: gcc and clang at -O0 and -O2, each against
# the reference. usage: ci/test-long/digests-builds.sh
set -eu
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
mkdir -p build/digests
programs=
for compiler in gcc clang; do
    for level in -O0 -O2; do
        build=build/digests/$compiler$level
        make --no-print-directory -j"$jobs" BUILD="$build" CC="$compiler" CFLAGS="$level" \
            "$build/fotarig" >build/digests/build.log 2>&1 || { cat build/digests/build.log; exit 1; }
        programs="$programs $build/fotarig"
    done
done
# shellcheck disable=SC2086
sh ci/test/digests.sh $programs
