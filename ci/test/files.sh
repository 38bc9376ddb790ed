#!/bin/sh
# What the program writes to a path of the user's: devices and FIFOs stay what they are, planted links
# are not followed, a full disk is told. usage: FOTARIG=path ci/test/files.sh
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

nothing_is_left_behind() { [ -z "$(find "$folder" -name '*.??????' -newer "$folder/fifo")" ]; }

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
test_that "nothing is left behind" nothing_is_left_behind
exit $failed
