#!/bin/sh
# The settings sweep on a few stories: what hinges on an assumed fact is listed with a command that
# repeats it; --set alone does the same; wrong usage is refused.
. "$(dirname "$0")/../shell-tests"

# usage: story NAME EXPECTATIONS
story() {
    cat >"$folder/$1.yaml" <<END
scenario: an update
why: It is a test of the sweep.
update:
  from: 1351B03SIM7000C
  to: 1351B04SIM7000C
  package: {url: 'http://fota.example/update.zip', size: 2000B}
expect: {$2}
END
}

# usage: exits STATUS COMMAND...
exits() {
    want=$1
    shift
    "$@"
    got=$?
    [ $got -eq "$want" ] || { echo "want exit $want, got $got: $*"; return 1; }
}

story robust 'outcome: updated'
story hasty 'outcome: updated, within: 10min'
story wrong 'outcome: refused'

sweep() { "$fotarig" run --vary-assumed "$@"; }

hinging() { # one fact, one value, one story
    sweep --json "$folder/robust.yaml" "$folder/hasty.yaml" >"$folder/sweep.json" || return 1
    python3 - "$folder/sweep.json" "$folder/repeat" <<'END'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    sweep = json.load(file)
found = [(value["setting"], value["value"], one["case"], one["what"], one["repeat"])
         for value in sweep["values"] for one in value["hinging"]]
print(sweep["cases"], sweep["settings"], sweep["runs"], found)
wanted = [one[:4] for one in found] == [("update-duration", "20min", "hasty", "expect.within")]
counts = (sweep["cases"] == 2 and sweep["settings"] > 60 and sweep["hinging"] == 1 and
          sweep["runs"] + sweep["spared"] == 2 + 2 * len(sweep["values"]) and sweep["spared"] > 50)
if not wanted or not counts:
    sys.exit(1)
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write(found[0][4] + "\n")
END
}

repeats() { # the command that it names fails in the same way
    command=$(cat "$folder/repeat")
    echo "$command"
    PATH=$(dirname "$fotarig"):$PATH sh -c "$command" >"$folder/out"
    [ $? -eq 1 ] && grep -q 'expect.within' "$folder/out" &&
        grep -q -- '--set update-duration=20min' "$folder/out"
}

console() { # the same on the console, with another number of processes
    sweep --jobs 1 "$folder/hasty.yaml" >"$folder/one" || return 1
    sweep --jobs 2 "$folder/hasty.yaml" >"$folder/two" || return 1
    grep -v ' runs in ' "$folder/one" >"$folder/1"
    grep -v ' runs in ' "$folder/two" >"$folder/2"
    cat "$folder/1"
    cmp "$folder/1" "$folder/2" && grep -q '^update-duration: .*3min as far as we assume' \
        "$folder/1" && grep -q 'repeat: .* --set update-duration=20min' "$folder/1"
}

failing() { # a story that fails as it is hinges on nothing
    exits 1 "$fotarig" run --vary-assumed "$folder/wrong.yaml" >"$folder/out" || return 1
    cat "$folder/out"
    grep -q 'does not pass as it is: .*wrong' "$folder/out" &&
        grep -q '^0 verdicts hinge' "$folder/out"
}

refuses() {
    exits 2 "$fotarig" run --vary-assumed --speed 10 "$folder/robust.yaml" &&
        exits 2 "$fotarig" run --json --timeline "$folder/robust.yaml" &&
        exits 2 "$fotarig" run --set update-duration=fast "$folder/robust.yaml" &&
        exits 2 "$fotarig" run --set random-seed=5 "$folder/robust.yaml"
}

facts() { # each assumed fact prints what it may be, or its other values are no question
    "$fotarig" facts --json | python3 -c '
import json, sys
facts = [fact for fact in json.load(sys.stdin)["facts"] if fact["group"] == "setting"]
assumed = [fact for fact in facts if fact["tag"] == "I"]
swept = [fact for fact in assumed if fact.get("plausible")]
print(len(assumed), "assumed,", len(swept), "with plausible values")
sys.exit(0 if len(swept) > 60 and not [fact for fact in facts if fact.get("plausible")
                                       and fact["tag"] != "I"] else 1)'
}

test_that "a verdict that hinges on an assumed fact is listed, and it alone" hinging
test_that "the command that is listed repeats it" repeats
test_that "console and number of processes make no difference" console
test_that "a story that fails as it is gives exit 1 and hinges on nothing" failing
test_that "wrong usage is refused" refuses
test_that "facts lists what is plausible" facts
exit $failed
