#!/bin/sh
# ci/deps says what is missing, one line each, where it can't install; and is quick where all is
# there. The machine is played by a folder of small programs that is the whole PATH.
set -u
cd "$(dirname "$0")/../.." || exit 2
deps=$PWD/ci/deps
shell=$(command -v sh)
place=$(mktemp -d) || exit 2
trap 'rm -rf "$place"' EXIT
failed=0

# usage: report NAME CONDITION-STATUS DETAILS
report() {
    if [ "$2" -eq 0 ]; then
        echo "ok    deps: $1"
    else
        failed=1
        printf 'FAIL  deps: %s\n%s\n' "$1" "$3"
    fi
}

# usage: program NAME LINE...      a program of the pretended machine
program() {
    name=$1
    shift
    printf '#!%s\n' "$shell" >"$place/$name"
    printf '%s\n' "$@" >>"$place/$name"
    chmod +x "$place/$name"
}

# A machine with everything: the tools that the script itself calls are the real ones.
make_machine() {
    rm -f "$place"/*
    for tool in sort tr mktemp rm tail env; do
        ln -s "$(command -v $tool)" "$place/$tool"
    done
    for tool in cc pkg-config ld ar nm objdump git python3 socat xmllint prove zsh fish g++ clang clang-format \
        picocom gammu gsmctl wvdial slirp-fullbolt time umockdev-run dbus-daemon env_parallel; do
        program $tool 'exit 0'
    done
    program id 'echo 1000'
}

run_deps() {
    output=$(CC=cc PATH=$place "$shell" "$deps" 2>&1)
    status=$?
}

make_machine
run_deps
[ $status -eq 0 ] && [ -z "$output" ]
report "nothing is said where all is there" $? "$output"

make_machine
# shellcheck disable=SC2016
program pkg-config 'test "$2" != libzip'
rm "$place/socat"
run_deps
[ $status -eq 1 ] && [ "$output" = "deps: library libzip is missing; install Debian's libzip-dev or its like
deps: tool socat is missing; install Debian's socat or its like
deps: this system has no apt-get: install them by hand" ]
report "one line for each missing thing without apt-get" $? "$output"

program apt-get 'exit 0'
run_deps
echo "$output" | grep -q 'neither root nor sudo without a password' && [ $status -eq 1 ]
report "a user without sudo is told to be root" $? "$output"

program id 'echo 0'
program apt-get "echo \"\$DEBIAN_FRONTEND \$*\" >>$place/calls"
run_deps
[ $status -eq 1 ] && echo "$output" | grep -q 'still not found' &&
    [ "$(tail -n 1 "$place/calls")" = "noninteractive -q -o DPkg::Lock::Timeout=120 install -y \
--no-install-recommends libzip-dev socat" ]
report "root installs without a prompt, and looks again" $? "$output"

# shellcheck disable=SC2016
program apt-get 'test "$4" = update && exit 0' "$(command -v ln) -s $shell $place/socat" \
    "printf '#!%s\n' $shell >$place/pkg-config"
run_deps
[ $status -eq 0 ] && [ "$output" = "deps: installing libzip-dev socat " ]
report "what was installed is found" $? "$output"

make_machine
rm "$place/git"
program id 'echo 0'
program apt-get 'echo no such mirror; exit 100'
run_deps
[ $status -eq 1 ] && echo "$output" | grep -q '^no such mirror$' &&
    echo "$output" | grep -q 'tool git is missing'
report "what apt-get said is shown when it fails" $? "$output"
exit $failed
