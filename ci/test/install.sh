#!/bin/sh
# `make install`: modes whatever the umask, what is installed works where it lies, a second
# installation leaves nothing of the first, and uninstall removes what was installed and nothing else.
. "$(dirname "$0")/../shell-tests"
prefix=$folder/usr

# usage: make_it WORDS...      of the build that is tested
make_it() {
    make --no-print-directory "$@" PREFIX="$prefix" LIBDIR="$prefix/lib/here" >"$folder/log" 2>&1 ||
        { cat "$folder/log"; return 1; }
}

install_with_umask() { (umask 077 && make_it install); }
all_can_read() { [ -z "$(find "$prefix" ! -perm -go=r)" ] && [ -z "$(find "$prefix" -type d ! -perm -go=x)" ]; }
pipelines_are_there() {
    for file in github.yml gitlab.yml Jenkinsfile shell.sh slurm.sh; do
        [ -s "$prefix/share/doc/fotarig/examples/ci/$file" ] || return 1
    done
    [ -s "$prefix/share/doc/fotarig/harness/rack/README.md" ]
}
library_is_found() { (cd / && "$prefix/bin/fotarig" run @documented/already-current --quiet); }
data_folder_is_taken() {
    mkdir -p "$folder/data"
    cp -R "$prefix/share/fotarig/scenarios" "$folder/data/"
    mv "$folder/data/scenarios/documented/already-current.yaml" "$folder/data/scenarios/mine.yaml"
    (cd / && FOTARIG_DATA=$folder/data "$prefix/bin/fotarig" run @mine --quiet)
}
example_is_built() {
    # Two words and more: flags.
    # shellcheck disable=SC2046
    cc -o "$folder/example" "$prefix/share/doc/fotarig/examples/sim7000/update.c" \
        $(PKG_CONFIG_PATH=$prefix/lib/here/pkgconfig pkg-config --cflags --libs libsim7000) &&
        "$prefix/bin/fotarig" package -o "$folder/update.zip" --from 1351B03SIM7000C --to 1351B04SIM7000C &&
        "$folder/example" "$folder/update.zip"
}
manual_is_there() { [ -s "$prefix/share/man/man1/fotarig-run.1" ] && grep -q '^\.TH "FOTARIG-RUN"' "$prefix/share/man/man1/fotarig-run.1"; }
old_files_go() {
    echo "$prefix/share/fotarig/scenarios/of-an-earlier-version.yaml" >>"$prefix/share/fotarig/installed.txt"
    touch "$prefix/share/fotarig/scenarios/of-an-earlier-version.yaml" "$prefix/share/fotarig/of-somebody-else"
    make_it install && [ ! -e "$prefix/share/fotarig/scenarios/of-an-earlier-version.yaml" ] &&
        [ -x "$prefix/bin/fotarig" ]
}
only_own_files_go() {
    make_it uninstall
    find "$prefix" -type f
    [ "$(find "$prefix" -type f)" = "$prefix/share/fotarig/of-somebody-else" ]
}
nothing_outside_goes() {
    mkdir -p "$prefix/share/fotarig"
    touch "$folder/mine"
    printf '%s\n' "$folder/mine" "$prefix/../mine" >"$prefix/share/fotarig/installed.txt"
    make_it uninstall && [ -e "$folder/mine" ]
}

test_that "it installs, whatever the umask" install_with_umask
test_that "everybody can read what was installed" all_can_read
test_that "the installed program finds its scenarios" library_is_found
test_that "pipelines and the guide to racks are there" pipelines_are_there
test_that "FOTARIG_DATA names other ones" data_folder_is_taken
test_that "the example of the library is built from what was installed" example_is_built
test_that "there are manual pages" manual_is_there
test_that "what an earlier installation wrote goes, where this one has it no more" old_files_go
test_that "uninstall removes what was installed and nothing else" only_own_files_go
test_that "a list that names other places is not believed" nothing_outside_goes
exit "$failed"
