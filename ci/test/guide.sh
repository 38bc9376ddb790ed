#!/bin/sh
# The guide of the scenarios works as it stands, and a guide that does not is found out.
set -u
cd "$(dirname "$0")/../.." || exit 2
fotarig=${FOTARIG:-build/debug/fotarig}
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
failed=0
python3 ci/test/guide.py "$fotarig" || failed=1

# usage: finds WHAT SED-SCRIPT      a guide changed by it fails
finds() {
    sed "$2" scenarios/README.md >"$folder/guide.md"
    if cmp -s scenarios/README.md "$folder/guide.md" ||
        python3 ci/test/guide.py "$fotarig" "$folder/guide.md" >"$folder/log"; then
        echo "FAIL  $1"
        failed=1
    else
        echo "ok    $1"
    fi
}

finds "a snippet that is wrong is found" 's/do: \[{lose-to-host: line}\]/do: [{lose-to-host: lime}]/'
finds "an outcome that is wrong is found" 's/^6 cases: 6 passed/6 cases: 5 passed/'
exit $failed
