#!/bin/sh
# The same scenarios and seed must give the same journals with gcc and clang, at -O0 and -O2, and
# twice with the same program. usage: ci/test/digests.sh
set -eu
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
mkdir -p build/digests
first=
for compiler in gcc clang; do
    for level in -O0 -O2; do
        build=build/digests/$compiler$level
        make --no-print-directory -j"$jobs" BUILD="$build" CC="$compiler" CFLAGS="$level" "$build/fotarig" \
            >"build/digests/build.log" 2>&1 || { cat build/digests/build.log; exit 1; }
        "$build/fotarig" run scenarios --seed 5 --digests --quiet | grep '^digest ' >"$build.txt"
        [ -s "$build.txt" ] || { echo "FAIL  $compiler $level prints no digests"; exit 1; }
        first=${first:-$build.txt}
        if ! cmp -s "$first" "$build.txt"; then
            echo "FAIL  $compiler $level: journals differ from those of gcc -O0"
            diff "$first" "$build.txt" | head -10
            exit 1
        fi
    done
done
"$build/fotarig" run scenarios --seed 5 --digests --quiet | grep '^digest ' | cmp -s - "$first" || {
    echo "FAIL  a second run with the same seed gives other journals"; exit 1; }
"$build/fotarig" run scenarios --seed 6 --digests --quiet | grep '^digest ' | cmp -s - "$first" && {
    echo "FAIL  another seed gives the same journals: the seed has no effect"; exit 1; }
echo "ok    $(wc -l <"$first") journals are the same with gcc and clang, -O0 and -O2, and twice"
