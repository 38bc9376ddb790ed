#!/bin/sh
# Clients in shared objects: the core built so has the journals of the core in the bench, and one that
# goes wrong gets a verdict, with nothing left running.
# usage: FOTARIG=PROGRAM ci/test/lib.sh
. "$(dirname "$0")/../host-tests"

# build KIND
build() {
    ${CC:-cc} -std=gnu11 -O0 -Wall -Wextra -Werror -shared -fPIC -I. -D "KIND=$1" -o "$folder/$1.so" \
        ci/clients/library.c || exit 2
}

# The line that its head gives.
${CC:-cc} -O1 -shared -fPIC -I. -o "$folder/core.so" harness/example/core_client.c \
    core/[a-z]*.c || exit 2
"$fotarig" run scenarios --seed 5 --digests --quiet --host "lib:$folder/core.so" >"$folder/out" 2>&1
sed -n 's/^digest \([0-9a-f]*\) \(.*\)$/\2 \1/p' "$folder/out" >"$folder/digests"
cmp -s ci/test/digests.txt "$folder/digests"
report "the core as a shared object: $(wc -l <"$folder/digests") journals are those of the core linked in" $?

day=scenarios/documented/update-by-http.yaml
# The core in the bench is branched from snapshots, the shared object is run anew for each fault.
for host in core "lib:$folder/core.so"; do
    "$fotarig" explore $day --host "$host" --at to-module-line --at command --only lose-line --only silence \
        --only error >"$folder/out" 2>&1
    grep -v 'explored\|merged\|seed' "$folder/out" >"$folder/explored.${host%%:*}"
done
cmp -s "$folder/explored.core" "$folder/explored.lib" && grep -q '^  lose-line *57' "$folder/out"
report 'exploration of it comes to the same as that of the core linked in' $?
build GOOD
# Three starts in one process: static variables are new each time, or the outcome is another one.
want 1 'expect.outcome: want updated, got refused' 'a client of somebody else' $day --host "lib:$folder/GOOD.so"
for days in "$day" scenarios/documented/; do
    ! "$fotarig" run $days --jobs 1 --host "lib:$folder/GOOD.so" --timeline >"$folder/out" 2>&1 &&
        ! grep -q 'not the first start\|got needs-service' "$folder/out"
    report "static variables are new in each case of $days" $?
done
while read -r kind text; do
    build "$kind"
    want 1 "$text" "a client that goes wrong ($kind)" $day --timeline --host "lib:$folder/$kind.so"
done <<'END'
CRASHES got signal 11 (Segmentation fault) in advance()
OVERFLOWS got signal 11 (Segmentation fault) in advance()
ENDLESS got advance() did not come back
STILL got advance() asks to be called at once
FLOODS got transmit() has sent more than 32 MiB
TELLS_TOO_MUCH got transmit() says that it wrote more
END
want 0 '1 passed' 'the core after clients that went wrong' $day

# Processes that have the object loaded, this one's path in their maps.
users_of() {
    for maps in /proc/[0-9]*/maps; do
        grep -qF "$1" "$maps" 2>/dev/null && echo "$maps"
    done
}

build FORKS
"$fotarig" run $day --host "lib:$folder/FORKS.so" --timeline >"$folder/out" 2>&1
grep -q 'got refused' "$folder/out" && [ -z "$(users_of "$folder/FORKS.so")" ]
report 'nothing is left of a client that forks' $?
build ENDLESS
"$fotarig" run $day --host "lib:$folder/ENDLESS.so" >"$folder/out" 2>&1 &
bench=$!
tries=0
until [ -n "$(users_of "$folder/ENDLESS.so")" ] || [ $tries -ge 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
[ $tries -lt 600 ]
report 'processes of a client are seen' $?
kill -KILL $bench
wait $bench 2>/dev/null
tries=0
while [ -n "$(users_of "$folder/ENDLESS.so")" ] && [ $tries -lt 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
[ -z "$(users_of "$folder/ENDLESS.so")" ]
report 'nothing runs on after the bench was killed' $?

# What is none, is told.
: >"$folder/text.so"
${CC:-cc} -shared -fPIC -o "$folder/none.so" -x c /dev/null
want 4 "can't be loaded" 'a file that is none' $day --host "lib:$folder/text.so"
want 4 "can't be loaded" 'a file that is not there' $day --host lib:nowhere.so
want 4 'expected a function fotarig_client()' 'an object without a client' $day --host "lib:$folder/none.so"
want 2 'goes with --host warp' 'claims by status' $day --host "lib:$folder/GOOD.so" --claims 0=updated

# The header is everybody's: C++ too, with what a careful user switches on.
if command -v "${CXX:-c++}" >/dev/null; then
    ${CXX:-c++} -std=c++11 -Wall -Wextra -Wpedantic -Wold-style-cast -Werror -fsyntax-only -I. -x c++ \
        harness/bench/library_client.h >"$folder/out" 2>&1
    report 'the header is clean in C++' $?
    ${CXX:-c++} -std=c++11 -shared -fPIC -I. -DKIND=GOOD -o "$folder/cpp.so" -x c++ ci/clients/library.c || exit 2
    want 1 'got refused' 'a client in C++' $day --host "lib:$folder/cpp.so"
fi
exit $failed
