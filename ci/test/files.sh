#!/bin/sh
# What the program writes to a path of the user's: devices and FIFOs stay what they are, planted links
# are not followed, a full disk is told. What it is given to read is a file, or refused at once. usage: FOTARIG=path ci/test/files.sh
. "$(dirname "$0")/../shell-tests"

scenario=scenarios/documented/update-by-http.yaml
make_package() { "$fotarig" package --from 1351B03SIM7000C --to 1351B04SIM7000C -o "$1"; }
# A map with holes is status 1, and not what is tested here.
make_page() { "$fotarig" coverage "$scenario" --html "$1" >"$folder/map" 2>&1 || [ $? -eq 1 ] || return 4; }

# usage: stays_device PATH COMMAND...
stays_device() {
    path=$1
    shift
    "$@" "$path" && [ -c "$path" ]
}

is_told() { # usage: is_told TEXT COMMAND...: status 4, and the text in the message
    text=$1
    shift
    "$@" >"$folder/told" 2>&1
    status=$?
    cat "$folder/told" "$folder/map" 2>/dev/null
    [ $status -eq 4 ] && cat "$folder/told" "$folder/map" 2>/dev/null | grep -qF "$text"
}

a_fifo_is_written() {
    mkfifo "$folder/fifo"
    timeout 20 cat "$folder/fifo" >"$folder/got" &
    reader=$!
    make_package "$folder/fifo" && wait $reader && [ -p "$folder/fifo" ] &&
        make_package "$folder/file" && cmp "$folder/got" "$folder/file"
}

a_planted_link_is_left() {
    echo precious >"$folder/other"
    ln -s other "$folder/planted.zip.tmp"
    make_package "$folder/planted.zip" && [ "$(cat "$folder/other")" = precious ] &&
        [ ! -L "$folder/planted.zip" ]
}

# Somebody else's link at the output itself; root may follow it anywhere, so it is refused.
a_stranger_s_link_is_refused() {
    mkdir -p "$folder/open" && chmod 777 "$folder/open" && echo precious >"$folder/other"
    ln -s ../other "$folder/open/$1" && chown -h 65534 "$folder/open/$1"
    shift
    is_told "not permitted" "$@" && [ "$(cat "$folder/other")" = precious ]
}

# Nothing that is no file is waited for. usage: is_refused STATUS TEXT COMMAND...
is_refused() {
    want=$1
    text=$2
    shift 2
    timeout 60 "$@" >"$folder/told" 2>&1 </dev/null
    status=$?
    [ $status -eq "$want" ] && grep -qF "$text" "$folder/told" && return
    echo "want status $want and '$text', got $status: $(head -n 3 "$folder/told")"
    return 1
}

fifos_are_refused() {
    [ -p "$folder/in" ] || mkfifo "$folder/in"
    for words in check run import lift redact export coverage shrink explore "rack check" \
        "sim --link $folder/l --scenario" "sim --link $folder/l --image" \
        "sim --link $folder/l --package" "run $scenario --rack" "run $scenario --shard 1/2 --timings"; do
        # shellcheck disable=SC2086 # words of a command line
        is_refused 3 "no file" "$fotarig" $words "$folder/in" || return
    done
    is_refused 3 "no file" "$fotarig" diff "$folder/in" "$folder/in" &&
        is_refused 3 "no file" "$fotarig" run $scenario --module "replay:$folder/in"
}

folders_are_refused() {
    for words in import lift redact export shrink "rack check" "sim --link $folder/l --image" \
        "sim --link $folder/l --package"; do
        # shellcheck disable=SC2086 # words of a command line
        is_refused 3 "Is a directory" "$fotarig" $words "$folder" || return
    done
}

what_a_shell_joins_is_read() {
    "$fotarig" check "$scenario" >/dev/null && cat "$folder/marked.yaml" | "$fotarig" check /dev/stdin
}

marks_and_turns() {
    { printf '\357\273\277' && cat "$scenario"; } >"$folder/marked.yaml"
    "$fotarig" check "$folder/marked.yaml" || return
    { printf 'scenario: "a \342\200\256\342\201\246 b"\n' && grep -v '^scenario:' "$scenario"; } >"$folder/turned.yaml"
    "$fotarig" list "$folder/turned.yaml" >"$folder/told" &&
        grep -qF 'a \xE2\x80\xAE\xE2\x81\xA6 b' "$folder/told" || return
    printf 'bad\n' >"$folder/$(printf 'n\342\200\256.yaml')"
    ! "$fotarig" check "$folder/$(printf 'n\342\200\256.yaml')" >"$folder/told" 2>&1 &&
        ! grep -q "$(printf '\342\200\256')" "$folder/told"
}

# Pasted into a shell, what a failed case says repeats it, whatever the file is called.
repeats_as_told() {
    name="$folder/$(printf "it's \303\274 \342\200\256 \\134 \$(touch owned);n.yaml")"
    sed 's/outcome: updated/outcome: already-current/' "$scenario" >"$name"
    ! "$fotarig" run "$name" --jobs 1 >"$folder/told" || return
    sed -n 's/^ *repeat *: fotarig/"$fotarig"/p' "$folder/told" >"$folder/repeats"
    [ -s "$folder/repeats" ] || return
    fotarig=$fotarig bash "$folder/repeats" >"$folder/again"
    [ $? -eq 1 ] && grep -q ' 1 failed' "$folder/again" && [ ! -e owned ]
}

# A stranger's scenario reads no file but what lies beside it, links followed.
a_trace_stays_beside_its_scenario() {
    ln -s /etc/passwd "$folder/leads-out"
    for name in /etc/passwd ../passwd below/../../passwd leads-out; do
        awk -v name="$name" '/^events:/ || /^expect:/ { if (!done++) print "host: {replay: " name "}" } 1' \
            $scenario >"$folder/replays.yaml"
        is_refused 3 "must lie in the folder" "$fotarig" check "$folder/replays.yaml" || return
    done
}

# Whoever asks for help and does not get it is told so.
no_help_is_no_success() {
    for words in --help --version "help run" "run --help" facts list; do
        # shellcheck disable=SC2086 # words of a command line
        "$fotarig" $words >/dev/full 2>"$folder/told"
        [ $? -eq 4 ] && grep -qF "standard output" "$folder/told" || return
        # shellcheck disable=SC2086 # words of a command line
        "$fotarig" $words >&- 2>"$folder/told"
        [ $? -eq 4 ] || return
    done
}

# What is left of a run whose reader has gone: its reports, whole. usage: reports_outlive 'REDIRECTION'
reports_outlive() {
    rm -rf "$folder/reports"
    sh -c "'$fotarig' run $scenario --reports '$folder/reports' $1" 2>/dev/null
    grep -q "</testsuites>" "$folder/reports/junit.xml" &&
        python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$folder/reports/ctrf.json"
}

nothing_is_left_behind() { [ -z "$(find "$folder" -name '*.??????' -newer "$folder/fifo")" ]; }

# A disk that is full is told, a reader that has seen enough is not.
nobody_is_told() {
    "$fotarig" run -q scenarios/status 2>&1 >/dev/full | grep -q 'cannot write' || return 1
    for _ in 1 2 3 4 5; do
        "$fotarig" run -q scenarios/status 2>"$folder/said" | :
        [ ! -s "$folder/said" ] || { cat "$folder/said"; return 1; }
    done
}

# A node of our own: the machine's would be lost if this test went red.
if mknod "$folder/null" c 1 3 2>/dev/null; then
    test_that "package -o leaves a device node" stays_device "$folder/null" make_package
    test_that "coverage --html leaves a device node" stays_device "$folder/null" make_page
    ln -s null "$folder/link"
    test_that "package -o through a link leaves the device node" stays_device "$folder/link" make_package
    mknod "$folder/full" c 1 7
    test_that "package -o tells that the disk is full" is_told "No space left" make_package "$folder/full"
    test_that "coverage --html tells that the disk is full" is_told "No space left" make_page "$folder/full"
    test_that "the full device is still one" test -c "$folder/full"
else
    echo "ok    device nodes (skipped: mknod is not allowed here)"
fi
test_that "package -o writes a FIFO" a_fifo_is_written
test_that "package -o does not write through a planted link" a_planted_link_is_left
test_that "package -o names a folder that is not there" is_told "No such file" make_package "$folder/no/file"
test_that "package -o refuses a folder" is_told "Is a directory" make_package "$folder"
if [ "$(id -u)" -eq 0 ]; then
    test_that "package -o refuses a stranger's link" a_stranger_s_link_is_refused a \
        make_package "$folder/open/a"
    test_that "sim --log refuses a stranger's link" a_stranger_s_link_is_refused b \
        "$fotarig" sim --link "$folder/l" "--log=$folder/open/b"
else
    echo "ok    a stranger's link (skipped: it takes root to make one)"
fi
test_that "a FIFO given as a file is refused at once" fifos_are_refused
test_that "a folder given as a file is refused at once" folders_are_refused
test_that "a byte order mark is ignored, what turns lines is escaped" marks_and_turns
test_that "a repeat command is taken by a shell, whatever the file is called" repeats_as_told
test_that "what a shell joins to the program is read" what_a_shell_joins_is_read
test_that "a scenario names no trace outside of its folder" a_trace_stays_beside_its_scenario
test_that "help that can't be written is an error" no_help_is_no_success
test_that "reports outlive a full standard output" reports_outlive '>/dev/full'
test_that "reports outlive a closed standard output" reports_outlive '>&-'
test_that "reports outlive | head -1" reports_outlive '| head -n 1 >/dev/null'
test_that "a reader that has left hears no complaint" nobody_is_told
test_that "nothing is left behind" nothing_is_left_behind
exit $failed
