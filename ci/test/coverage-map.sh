#!/bin/sh
# The coverage map of the bundled scenarios has no hole: each cell is reached, or the file says why it
# can't be; and each way in which that could rot is noticed.
. "$(dirname "$0")/../shell-tests"
why=scenarios/unreachable.txt

# usage: exits STATUS COMMAND...      its output is in $folder/out and $folder/err
exits() {
    want=$1
    shift
    "$@" >"$folder/out" 2>"$folder/err"
    got=$?
    [ $got -eq "$want" ] || { echo "want exit $want, got $got: $*"; tail -n 20 "$folder/out" "$folder/err"; return 1; }
}

complete() {
    exits 0 "$fotarig" coverage || return 1
    tail -n 2 "$folder/out" >"$folder/figures"
    ! grep -q '^missing' "$folder/out"
}

# The lists have no excuses: what module and client can say has been said.
lists() {
    exits 0 "$fotarig" coverage scenarios --json --html "$folder/map.html" || return 1
    python3 - "$folder/out" "$folder/map.html" <<'END'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    map = json.load(file)
tables = {table["name"]: table for table in map["tables"]}
bad = [name for name in ("status", "outcome", "reason", "http", "reset", "urc", "request", "action")
       if tables[name]["summary"]["reached"] != len(tables[name]["cells"])]
for name, want in (("status", 8), ("outcome", 8), ("http", 13), ("reset", 8), ("urc", 18)):
    if len(tables[name]["cells"]) < want:
        bad.append("%s has %d cells" % (name, len(tables[name]["cells"])))
firsts = [cell for table in map["tables"] for cell in table["cells"]
          if (cell["count"] > 0) != ("first" in cell)]
print(bad, firsts, map["summary"])
with open(sys.argv[2], encoding="utf-8") as file:
    page = file.read()
whole = page.endswith("</html>\n") and "+CFOTA: &quot;Updating&quot;," in page
sys.exit(1 if bad or firsts or not whole or map["summary"]["missing"] else 0)
END
}

# Without the one story that brings it, a line of the module is missing.
hole() {
    cp -R scenarios "$folder/less" && rm "$folder/less/power/supply-too-high.yaml" || return 1
    exits 1 "$fotarig" coverage "$folder/less" || return 1
    grep -q '^  urc: OVER-VOLTAGE WARNNING$' "$folder/out"
}

# A page for a web server: mkstemp alone would make it readable for its owner only.
usual_mode() (
    umask 027
    exits 0 "$fotarig" coverage scenarios/documented/update-by-http.yaml --unreachable /dev/null \
        --html "$folder/mode.html" || [ "$got" -eq 1 ] || exit 1
    [ "$(stat -c %a "$folder/mode.html")" = 640 ]
)

stale() {
    { cat $why; echo 'urc: RDY | SMS Ready -- nobody listens'; } >"$folder/why"
    exits 1 "$fotarig" coverage scenarios --unreachable "$folder/why" || return 1
    cat "$folder/err"
    grep -q "/why:[0-9]*: error: stale: 'urc: RDY' was reached by " "$folder/err"
}

unknown() {
    { cat $why; echo 'urc: READY -- there is no such line'; } >"$folder/why"
    exits 3 "$fotarig" coverage scenarios --unreachable "$folder/why" || return 1
    cat "$folder/err"
    grep -q "'READY' is no urc" "$folder/err"
}

missing_file() {
    exits 3 "$fotarig" coverage scenarios/documented --unreachable "$folder/none"
}

test_that "each cell is reached or can't be" complete
[ ! -s "$folder/figures" ] || sed 's/^/      /' "$folder/figures"
test_that "all statuses, outcomes, reasons, codes, resets, lines and actions were met" lists
test_that "a scenario less leaves a hole, which is named" hole
test_that "the page has the mode that the umask leaves" usual_mode
test_that "a justification whose cell was reached is stale" stale
test_that "a justification of what is not there is refused" unknown
test_that "a file of justifications that is not there is an error" missing_file
exit $failed
