#!/bin/sh
# A machine that has a distribution and make, nothing else: `make run` installs what it needs and runs all
# bundled scenarios; with --check, `make check` follows (half an hour). As root; needs the mirror.
#
# usage: ci/test-long/bare-root.sh [--check] [ROOT]      ROOT: as in deb.sh
. "$(dirname "$0")/../shell-tests"
is_whole=
[ "${1:-}" = --check ] && is_whole=1 && shift
root=${1:-}
. ci/bare-root

tree_lies_in_it() {
    rm -rf "$root/src"
    mkdir "$root/src" && git archive HEAD | tar -x -C "$root/src"
}
make_is_installed() { within apt-get install -q -y --no-install-recommends make; }
make_run_passes() { within make -C /src run && [ -s "$root/src/build/reports/report.html" ]; }
# What only checks need is not there then.
make_run_installs_little() { ! within sh -c 'command -v clang gammu pppd socat python3'; }
# `make check` asks git which files are of the project.
make_check_passes() {
    within apt-get install -q -y --no-install-recommends git &&
        within sh -c 'cd /src && git init -q && git add -A && make check'
}

[ "$(id -u)" -eq 0 ] || { echo "FAIL  bare-root: only root makes a bare root"; exit 1; }
test_that "a bare root is made" root_is_made
test_that "the tree lies in it" tree_lies_in_it
test_that "make is installed" make_is_installed
test_that "make run passes" make_run_passes
test_that "make run installs neither clang, gammu, ppp, socat nor Python" make_run_installs_little
[ -z "$is_whole" ] || test_that "make check passes" make_check_passes
exit $failed
