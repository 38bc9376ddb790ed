#!/bin/sh
# `fotarig record` between a host and a module on ptys. usage: FOTARIG=path ci/test/record.sh
set -u
FOTARIG=${FOTARIG:-build/debug/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 ci/test/record.py "$(realpath "$FOTARIG")" "$work" || exit 1
exec /usr/bin/python3 ci/test/record-pace.py "$(realpath "$FOTARIG")" "$work" 5
