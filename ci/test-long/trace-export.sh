#!/bin/sh
# Exports read back by tshark, sigrok-cli and umockdev-run. usage: FOTARIG=path ci/test-long/trace-export.sh
set -u
FOTARIG=${FOTARIG:-build/release/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$FOTARIG" run scenarios/documented/update-by-http.yaml --quiet --trace "$work" >/dev/null || exit 1
/usr/bin/python3 ci/test-long/trace-export.py "$(realpath "$FOTARIG")" \
    "$work/documented-update-by-http.jsonl" "$work"
