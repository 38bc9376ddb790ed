#!/bin/sh
# The scenario language at the command line: check --json and --schema, list, run --shuffle and
# --tag; the schema in git is the loader's, and both agree on the corpus.
set -u
program=${FOTARIG:-build/debug/fotarig}
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
failed=0

# usage: tell STATUS NAME      0 is good
tell() {
    if [ "$1" -eq 0 ]; then
        echo "ok    $2"
    else
        echo "FAIL  $2"
        failed=1
    fi
}

# usage: holds FILE PYTHON-EXPRESSION      of d, the JSON in the file
holds() {
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
sys.exit(0 if eval("(" + sys.argv[2] + ")") else 1)' "$1" "$2"
}

# ---- check ---------------------------------------------------------------------------------

bad=harness/scenario/test/bad
"$program" check --json scenarios >"$folder/good.json"
tell $? "check --json of the library exits with 0"
holds "$folder/good.json" 'd["version"] == 1 and d["errors"] == 0 and len(d["files"]) > 100
    and all(f["good"] and not f["errors"] for f in d["files"])
    and any(f["kind"] == "profile" for f in d["files"])'
tell $? "check --json lists every file and profile as good"

"$program" check --json $bad/alias.yaml $bad/setting_unknown.yaml "$folder/none.yaml" \
    >"$folder/bad.json"
tell $(($? != 3)) "check --json of bad and missing files exits with 3"
holds "$folder/bad.json" '
    [f["kind"] for f in d["files"]].count("missing") == 1
    and {(e["line"], e["column"], e["length"]) for f in d["files"] for e in f["errors"]
         if "alias" in f["file"]} == {(10, 16, 7)}
    and all(e["message"] for f in d["files"] for e in f["errors"])
    and d["errors"] == sum(len(f["errors"]) for f in d["files"])'
tell $? "check --json tells place, length and message of each error"

# All errors of every bad file, as text and as JSON: the same number of them.
"$program" check $bad 2>"$folder/text" >/dev/null
"$program" check --json $bad >"$folder/all.json"
count=$(grep -c ': error: ' "$folder/text")
holds "$folder/all.json" "d['errors'] == $count == sum(len(f['errors']) for f in d['files'])"
tell $? "check and check --json tell the same $count errors"

"$program" check >/dev/null 2>&1
tell $(($? != 2)) "check without a file is wrong usage"

# ---- the schema ----------------------------------------------------------------------------

"$program" check --schema >"$folder/schema.json"
cmp -s "$folder/schema.json" scenarios/schema.json
tell $? "scenarios/schema.json is the loader's ('make schema' writes it)"
/usr/bin/python3 ci/test/schema.py "$folder/schema.json" || failed=1

# ---- list ----------------------------------------------------------------------------------

"$program" list --json >"$folder/list.json"
holds "$folder/list.json" 'len(d["scenarios"]) > 100
    and d["cases"] == sum(s["cases"] for s in d["scenarios"])
    and all(s["name"] and s["title"] and s["why"] and s["tags"] for s in d["scenarios"])'
tell $? "list --json names all scenarios with title, why, tags and cases"
holds "$folder/list.json" 'all(s["job"]["from"] and s["job"]["deadline"] > 0 for s in d["scenarios"])'
tell $? "list --json names the job of each"
"$program" list --json --tag power --tag restore >"$folder/tagged.json"
holds "$folder/tagged.json" 'd["scenarios"]
    and all({"power", "restore"} <= set(s["tags"]) for s in d["scenarios"])'
tell $? "list --tag keeps those with all tags"
"$program" list --json --search 'BROWN-OUT' >"$folder/found.json"
holds "$folder/found.json" 'd["scenarios"] and all(
    "brown-out" in (s["name"] + s["title"] + s["why"] + " ".join(s["tags"])).lower()
    for s in d["scenarios"])'
tell $? "list --search finds text, small or capital"
"$program" list --tags --json >"$folder/tags.json"
holds "$folder/tags.json" "dict((t['tag'], t['scenarios']) for t in d['tags'])['power'] ==
    $("$program" list --tag power | grep -c '\[')"
tell $? "list --tags counts the scenarios of each tag"
"$program" list "$folder/none" >/dev/null 2>&1
tell $(($? != 3)) "list of a missing folder exits with 3"

# ---- order ---------------------------------------------------------------------------------

verdicts() {
    "$program" run scenarios --digests "$@" | grep '^digest'
}
verdicts --seed 7 >"$folder/plain"
verdicts --seed 7 --shuffle >"$folder/shuffled"
verdicts --seed 7 --shuffle >"$folder/again"
verdicts --seed 8 --shuffle | sed 's/^digest [^ ]* //' >"$folder/other"
cmp -s "$folder/shuffled" "$folder/again"
tell $? "run --shuffle with the same seed runs in the same order"
sed 's/^digest [^ ]* //' "$folder/shuffled" >"$folder/names"
! cmp -s "$folder/names" "$folder/other" && ! cmp -s "$folder/plain" "$folder/shuffled"
tell $? "run --shuffle with another seed runs in another order"
sort "$folder/plain" >"$folder/plain.sorted"
sort "$folder/shuffled" >"$folder/shuffled.sorted"
[ -s "$folder/plain" ] && cmp -s "$folder/plain.sorted" "$folder/shuffled.sorted"
tell $? "no case depends on the order: all $(wc -l <"$folder/plain" | tr -d ' ') journals are the same"
"$program" run scenarios --tag messages -q >"$folder/run" && tail -n 1 "$folder/run" | grep -q ' 0 failed'
tell $? "run --tag runs those with the tag"
"$program" run scenarios --tag no-such-tag >/dev/null 2>&1
tell $(($? != 2)) "run --tag with a tag that nothing has is wrong usage"

exit $failed
