#!/bin/sh
# Both libraries as a stranger gets them: installed in a folder of their own, found by pkg-config;
# the example of sim/ is compiled against that copy, outside the tree, and run.
. "$(dirname "$0")/../shell-tests"
root=$PWD

build=$(dirname "$fotarig")

install_it() { # what is installed is what was built and is tested
    env -u MAKEFLAGS make --no-print-directory VARIANT=debug BUILD="${build#"$root"/}" \
        DESTDIR="$folder/dest" PREFIX=/opt/fota install
}

# usage: package_config ARGUMENT...      sees the installed copy only
package_config() {
    PKG_CONFIG_LIBDIR="$folder/dest/opt/fota/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$folder/dest" \
        pkg-config "$@"
}

# usage: compile SOURCE OUT LIBRARY
compile() {
    # shellcheck disable=SC2046
    ${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -o "$folder/$2" "$folder/$1" \
        $(package_config --cflags --libs "$3")
}

no_private_header() {
    ! find "$folder/dest/opt/fota/include" -name '*internal*' -o -name 'frame.h' -o -name net.h |
        grep .
}

every_header() { # compiles alone
    for header in "$folder"/dest/opt/fota/include/sim7000/sim/*.h; do
        printf '#include <sim/%s>\nint main(void) { return 0; }\n' "${header##*/}" \
            >"$folder/header.c"
        compile header.c header libsim7000 || return 1
    done
}

test_that "make install puts the libraries under DESTDIR" install_it
test_that "pkg-config knows the version" package_config --exact-version \
    "$("$fotarig" --version | cut -d' ' -f2)" libsim7000
test_that "no private header is installed" no_private_header
test_that "every installed header compiles alone" every_header
cp sim/example/update.c "$folder"
test_that "the example compiles against the installed library" compile update.c update libsim7000
test_that "a package is made" "$fotarig" package --from 1351B03SIM7000C --to 1351B04SIM7000C \
    -o "$folder/update.zip"
test_that "the example boots, updates, loses its power and is updated" "$folder/update" \
    "$folder/update.zip"
if command -v "${CXX:-c++}" >/dev/null; then
    cp sim/example/embed.cpp "$folder"
    # shellcheck disable=SC2046
    test_that "a C++ test embeds the module" ${CXX:-c++} -std=c++11 -Wall -Wextra -Wpedantic -Werror \
        -o "$folder/embed" "$folder/embed.cpp" $(package_config --cflags --libs libsim7000)
    test_that "it runs" "$folder/embed"
fi
examples=$folder/dest/opt/fota/share/doc/fotarig/examples
# usage: build_example PLACE WORD...      the README's line, there
build_example() {
    place=$1
    shift
    # shellcheck disable=SC2046
    (cd "$place" && ${CC:-cc} "$@" $(package_config --cflags --libs libfotacore))
}
test_that "the core's program builds from the installed examples" build_example "$examples" -std=c11 -Os \
    -I. -o "$folder/core-update" core/port/posix.c core/port/checkpoint_file.c core/example/update.c \
    core/example/sms.c
test_that "a client in a shared object builds from there" build_example "$examples" -shared -fPIC \
    -I"$folder/dest/opt/fota/include" -fsyntax-only client/core_client.c
printf '#include <core/fota.h>\nint main(void) { return sizeof(struct fota) == 0; }\n' >"$folder/core.c"
test_that "the core's library is found as well" compile core.c core libfotacore
exit $failed
