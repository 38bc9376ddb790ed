#!/bin/sh
# The Debian packages in a bare root that has nothing but a distribution: `dpkg -i`, the bundled
# scenarios, examples in C and C++ by the README's line. As root; needs the distribution's mirror.
#
# usage: ci/test-long/deb.sh [FOLDER [ROOT]]
# FOLDER: packages that ci/deb has built (default: built now); ROOT: where a bare root is, or is made (and
# stays), for a second try
. "$(dirname "$0")/../shell-tests"
debs=${1:-}
[ -n "$debs" ] && debs=$(cd "$debs" && pwd)
root=${2:-}
. ci/bare-root

packages_are_built() { debs=$folder/debs && ci/deb "$debs"; }
packages_are_there() {
    rm -rf "$root/debs"
    mkdir "$root/debs" || return 1
    cp "$debs"/fotarig_*.deb "$debs"/libsim7000-dev_*.deb "$debs"/libfotacore-dev_*.deb "$root/debs/"
}
# What the package itself says that it needs, and a compiler.
needs_are_installed() {
    needs=$(dpkg-deb -f "$root"/debs/fotarig_*.deb Depends | tr -d ' ' | sed 's/([^)]*)//g' | tr ',' ' ')
    # Two words and more: packages.
    # shellcheck disable=SC2086
    within apt-get install -q -y --no-install-recommends $needs gcc g++ \
        libc6-dev pkgconf
}
dpkg_takes_them() { within sh -c 'dpkg -i /debs/*.deb && dpkg --audit && ! dpkg -l | grep "^i[^i]"'; }
library_runs() { as_nobody 'fotarig run @library -q --reports reports && test -s reports/report.html'; }
c_example_runs() {
    as_nobody 'cp /usr/share/doc/libsim7000-dev/examples/update.c mytest.c &&
        cc mytest.c $(pkg-config --cflags --libs libsim7000) -o mytest &&
        fotarig package -o update.zip --from 1351B03SIM7000C --to 1351B04SIM7000C && ./mytest update.zip'
}
cpp_example_runs() {
    as_nobody 'cp /usr/share/doc/libsim7000-dev/examples/embed.cpp . &&
        c++ embed.cpp $(pkg-config --cflags --libs libsim7000) -o embed && ./embed'
}
core_example_is_built() {
    as_nobody 'cp -R /usr/share/doc/libfotacore-dev/examples . && cd examples &&
        cc -I. -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE core/example/update.c core/example/sms.c \
            core/port/posix.c core/port/checkpoint_file.c $(pkg-config --cflags --libs libfotacore) -o update &&
        { ./update; test $? -eq 2; }'
}
manual_and_completion_are_there() {
    for file in man/man1/fotarig-run.1.gz bash-completion/completions/fotarig \
        zsh/vendor-completions/_fotarig fish/vendor_completions.d/fotarig.fish doc/fotarig/copyright; do
        [ -s "$root/usr/share/$file" ] || { echo "$file is missing"; return 1; }
    done
}
nothing_is_left() {
    within dpkg -P fotarig libsim7000-dev libfotacore-dev &&
        ! find "$root/usr" "$root/etc" -path '*fotarig*' | grep .
}

[ "$(id -u)" -eq 0 ] || { echo "FAIL  deb: only root makes a bare root"; exit 1; }
[ -n "$debs" ] || test_that "the packages are built, and lintian has nothing to say" packages_are_built
test_that "a bare root is made" root_is_made
test_that "the packages lie in it" packages_are_there
test_that "what the packages need is in the distribution" needs_are_installed
test_that "dpkg -i takes them" dpkg_takes_them
test_that "fotarig run @library passes, for nobody" library_runs
test_that "the example of libsim7000 in C is built by the README's line, and runs" c_example_runs
test_that "the same in C++" cpp_example_runs
test_that "the example of libfotacore is built" core_example_is_built
test_that "manual, completion and licence are there" manual_and_completion_are_there
test_that "dpkg -P leaves nothing" nothing_is_left
exit $failed
