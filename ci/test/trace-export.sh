#!/bin/sh
# `fotarig export` in the forms that need no other program. usage: FOTARIG=path ci/test/trace-export.sh
set -u
FOTARIG=${FOTARIG:-build/debug/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$FOTARIG" run scenarios/documented/update-by-http.yaml --quiet --trace "$work" >/dev/null || exit 1
/usr/bin/python3 ci/test/trace-export.py "$(realpath "$FOTARIG")" \
    "$work/documented-update-by-http.jsonl" "$work"
