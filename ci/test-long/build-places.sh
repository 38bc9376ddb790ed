#!/bin/sh
# A build as a distribution does it: out of a tarball without git, that nobody may write, into a folder
# elsewhere (BUILD=), by clang, with hardening flags; what is built is position-independent and runs.
# As root (for the mount). usage: ci/test-long/build-places.sh
. "$(dirname "$0")/../shell-tests"
tree=$folder/tree built=$folder/built

tree_is_unpacked() { mkdir "$tree" "$built" && git archive HEAD | tar -x -C "$tree"; }
flags() { DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get "$1"; }
# Within a mount namespace of its own in which the tree can't be written, by root neither.
it_is_built() {
    unshare --mount --fork sh -c '
        mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && ! touch written 2>&- &&
        shift && exec "$@"' sh "$tree" make -j"$(getconf _NPROCESSORS_ONLN)" CC=clang BUILD="$built" \
        CFLAGS="$(flags CFLAGS | sed 's/-f[a-z]*-prefix-map=[^ ]*//g') $(flags CPPFLAGS)" \
        LDFLAGS="$(flags LDFLAGS) -pie" all
}
it_is_hardened() {
    readelf -hlW "$built/fotarig" | grep -q 'Type: *DYN' && readelf -lW "$built/fotarig" | grep -q GNU_RELRO &&
        readelf -dW "$built/fotarig" | grep -qE 'BIND_NOW|FLAGS.*NOW' &&
        readelf -sW "$built/fotarig" | grep -q __stack_chk_fail
}
it_runs() { (cd "$tree" && "$built/fotarig" run scenarios/documented -q); }

[ "$(id -u)" -eq 0 ] || { echo "FAIL  build-places: only root may mount"; exit 1; }
test_that "the tree is unpacked without git" tree_is_unpacked
test_that "make CC=clang BUILD= builds a tree that can't be written" it_is_built
test_that "the program is position-independent, with relro, bindnow and stack protector" it_is_hardened
test_that "the program runs" it_runs
exit $failed
