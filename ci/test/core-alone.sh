#!/bin/sh
# The core and the emulator as a stranger compiles them: the line of core/README.md as it stands
# there, and the public headers as C++. usage: ci/test/core-alone.sh
. "$(dirname "$0")/../shell-tests"

# The line begins with "cc -std=c11" and names the program after -o.
line=$(sed -n 's/^    \(cc -std=c11 .*\)$/\1/p' core/README.md)

as_the_readme_says() {
    [ -n "$line" ] || { echo "core/README.md has no line that begins with '    cc -std=c11'"; return 1; }
    (cd "$folder" && ln -sf "$OLDPWD/core" core && eval "$line -Wall -Wextra -Wpedantic -Werror") &&
        "$folder/update" 2>&1 | grep -q usage
}

# usage: header_as_cpp HEADER...      every function of the first one is declared as of C
header_as_cpp() {
    for header; do
        echo "#include \"$header\"" | g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -x c++ -I. \
            -fsyntax-only - || return 1
    done
}

links_from_cpp() {
    cat >"$folder/client.cpp" <<'END'
#include "core/fota.h"
#include "sim/catalogue.h"
#include "sim/sim.h"
int main()
{
    static fota client;
    static fota_job job;
    fota_host host = {&job, nullptr, nullptr};
    fota_start(&client, &host, nullptr, 0);
    return fota_state(&client) == FOTA_STATE_SYNCHRONISE && sim_variant(0) != nullptr ? 0 : 1;
}
END
    build=$(dirname "$fotarig")
    g++ -std=c++11 -Wall -Wextra -Werror -I. -o "$folder/client" "$folder/client.cpp" \
        "$build/libfotacore.a" "$build/libsim7000.a" && "$folder/client"
}

test_that "the line of core/README.md builds a program" as_the_readme_says
test_that "the public headers of core are C++ as well" header_as_cpp core/fota.h core/at.h
test_that "the public headers of sim are C++ as well" header_as_cpp sim/sim.h sim/catalogue.h \
    sim/image.h sim/look.h sim/usb.h sim/state.h
test_that "a C++ program links with both libraries" links_from_cpp
exit $failed
