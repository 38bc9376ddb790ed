#!/bin/sh
# `fotarig explore` is honest: nothing tried is not all good, a scenario that fails by itself is a
# failure, a signal makes no finding, and what it finds its own command finds again.
# usage: FOTARIG=path ci/test/explore.sh
. "$(dirname "$0")/../shell-tests"

good=scenarios/documented/update-by-http.yaml
fotarig=$(realpath "$fotarig")
mkdir "$folder/bin"
ln -s "$fotarig" "$folder/bin/fotarig"
PATH=$folder/bin:$PATH

# usage: explores STATUS TEXT FILE [OPTION...]: ends so, and says that
explores() {
    status=$1 text=$2
    shift 2
    wanted=$status
    "$fotarig" explore "$@" >"$folder/out" 2>&1
    status=$?
    cat "$folder/out"
    [ $status -eq "$wanted" ] && grep -qF -- "$text" "$folder/out"
}

# usage: explored_all: the counts of what was tried and of what there is are one, and not zero
explored_all() {
    awk '$1 == "explored" { tried = $2; there = $4 + 0 } END { exit !(tried > 0 && tried == there) }' "$folder/out"
}
a_good_client() {
    explores 0 "explored " $good --at to-host-line --at request --only lose-line --only host-reset --only reset-first &&
        explored_all
}
test_that "a good client has no finding at any line" a_good_client
a_second_program_counts_the_same() {
    explores 0 "explored " scenarios/explore/small-update.yaml --at request --at boot --certificates "$folder/certificates" &&
        ci/explore-check "$folder/certificates" "$fotarig" >"$folder/counted" || { cat "$folder/counted"; return 1; }
    [ "$(grep -c " 0 findings" "$folder/counted")" -eq 3 ] || return 1
    sed -i 's/"to-host-byte": /&1/' "$folder"/certificates/*push*.json
    ! ci/explore-check "$folder/certificates" "$fotarig" >"$folder/counted" && grep -q "to-host-byte: counted" "$folder/counted"
}
test_that "a second program counts the same points, and sees a certificate that lies" a_second_program_counts_the_same
printf 'in: documented\nfault: no\n' >"$folder/wrong.txt"
test_that "a wrong file of accepted findings is refused" \
    explores 3 "wrong.txt:2: error" $good --at boot --accepted "$folder/wrong.txt"
test_that "the table of faults is printed without a scenario" sh -c '"$1" explore --list | grep -q "^power-cut.deadline"' - "$fotarig"
test_that "a fault that there is not is refused" explores 2 "there is no such fault" $good --only no-such
test_that "a point that there is not is refused" explores 2 "there is no such point" $good --at no-such

sed 's/^  status: 6$/  status: 7/' $good >"$folder/wrong.yaml"
test_that "a scenario that fails by itself is a failure" \
    explores 1 "the undisturbed run does not pass: expect.status: want 7, got 6" "$folder/wrong.yaml"

# Eight events and six durations: the fault has no slot of the file's own.
awk '/^expect:/ {
        print "events:"
        for (i = 1; i <= 8; i++)
            printf "  - when: {time: %dh}\n    may-not-fire: yes\n    do: [{urc: \047RING\047}]\n", 20 + i
        print; print "  durations:"
        for (i = 1; i <= 6; i++)
            printf "    - {from: {boot: 1}, to: {boot: 2}, at-least: %ds}\n", i
        next }
    { print }' $good >"$folder/full.yaml"
all_are_tried() {
    explores 0 "explored " "$folder/full.yaml" --at command --at nv-write && explored_all
}
test_that "a case with eight events and six durations has room for the fault" all_are_tried

# The module has no supply, so it sends nothing.
sed '/^expect:/,$d' $good >"$folder/dead.yaml"
cat >>"$folder/dead.yaml" <<'YAML'
events:
  - when: {time: 0s}
    do: [{power: cut}]
expect:
  outcome: refused
YAML
test_that "a case in which nothing can be tried is not all good" \
    explores 4 "nothing was tried" "$folder/dead.yaml" --at to-host-line

# An event of the scenario that a fault keeps from happening, and expectations that a cut breaks.
test_that "events and expectations of the scenario are no findings" \
    explores 0 "cut-write" scenarios/bench/bench-update.yaml --at nv-write

# ---- what it finds is found again ---------------------------------------------------------------------
# The wrong expectation is not explore's: with a fault named, its judgement is the one that counts.
a_choice_is_judged_as_it_was() {
    token=$("$fotarig" run "$folder/wrong.yaml" | sed -n 's/.*--token \([^ ]*\)-$/\1/p' | head -1)
    "$fotarig" run "$folder/wrong.yaml" --token "${token}power-cut@deadline:60000000"
}
test_that "a token with a fault is judged by what the fault may bring, not by the scenario's end" \
    a_choice_is_judged_as_it_was

# A client with one try loses the download to one lost line: found, and found again.
sed 's/^  delivery: http/&\n  download-tries: 1/' $good >"$folder/once.yaml"
found_and_found_again() {
    explores 1 "finding  drop@http-block:" "$folder/once.yaml" --at http-block || return 1
    repeat=$(sed -n 's/^ *repeat: //p' "$folder/out" | head -1)
    sh -c "$repeat" >"$folder/again"
    status=$?
    cat "$folder/again"
    [ $status -eq 1 ] && grep -q 'outcome in spite of the fault: want updated, got download-failed' "$folder/again" &&
        grep -q 'kind     : Outcome' "$folder/again"
}
test_that "what it finds is found again by the command that it names" found_and_found_again

without_end() {
    : >"$folder/nothing.txt"
    "$fotarig" explore scenarios/explore/small-update.yaml --only host-forgets --accepted "$folder/nothing.txt" \
        --forever "$folder/found" >"$folder/out" 2>&1 &
    pid=$!
    tries=0
    until ls "$folder/found/"*no-disturbance*.txt >/dev/null 2>&1 || [ $tries -ge 600 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    kill -TERM $pid
    wait $pid
    status=$?
    cat "$folder/out"
    file=$(ls "$folder/found/"*no-disturbance*.txt | head -1)
    [ $status -eq 1 ] && grep -q "^finding  $file" "$folder/out" &&
        ! sh -c "$(sed -n 's/^repeat *//p' "$file")" >"$folder/again" &&
        grep -q 'rule no-disturbance' "$folder/again"
}
test_that "--forever keeps what it finds, with the command that finds it again" without_end

a_finding_is_explained() {
    explores 1 "finding  drop@http-block:" "$folder/once.yaml" --at http-block --first-finding || return 1
    token=$(sed -n 's/^ *repeat: .*--token //p' "$folder/out" | head -1)
    explores 0 "in state download: until then this helped: silence@" "$folder/once.yaml" --token "$token" --at to-host-line --only silence &&
        "$fotarig" shrink "$folder/once.yaml" --token "$token" -o "$folder/least.yaml" -q &&
        grep -qF 'do: [{bearer: lost}]' "$folder/least.yaml" &&
        ! "$fotarig" run -q "$folder/least.yaml" >"$folder/out"
}
test_that "a finding has a least scenario and a point of no return" a_finding_is_explained

an_undisturbed_run_is_explained() {
    token=$("$fotarig" explore "$folder/wrong.yaml" | sed -n 's/^ *repeat: .*--token //p')
    explores 0 "wrong     expect.status: want 7; got 6" "$folder/wrong.yaml" --token "$token" &&
        grep -q '^lost  *at .* s, in state ' "$folder/out" &&
        explores 4 "nothing is wrong in this run" "$folder/wrong.yaml" --token "${token%-}lose-line@to-host-line:20"
}
test_that "a run that fails without any fault has a point of no return" an_undisturbed_run_is_explained

# ---- a signal makes no finding --------------------------------------------------------------------------
stopped_without_a_finding() {
    "$fotarig" explore scenarios/any-time --at command >"$folder/out" 2>&1 &
    pid=$!
    tries=0
    until grep -q 'explored' "$folder/out" || [ $tries -ge 600 ]; do tries=$((tries + 1)); sleep 0.1; done
    kill -TERM $pid
    wait $pid
    status=$?
    tail -12 "$folder/out"
    [ $status -eq 143 ] && ! grep -q 'got none' "$folder/out"
}
test_that "SIGTERM ends it with 143 and makes no finding" stopped_without_a_finding
unreadable() {
    echo 'a: [' >"$folder/bad.yaml"
    "$fotarig" explore "$folder/bad.yaml" --token d0c2a51e.0.1.late@to-host-line:3 >"$folder/bad.out" 2>&1
    [ $? -eq 3 ] && grep -q 'bad.yaml:2:1: error:' "$folder/bad.out"
}
test_that "a scenario of a token that can't be read is told with its place" unreadable
exit $failed
