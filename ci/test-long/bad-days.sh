#!/bin/sh
# Ten bad days through real tools, their logs imported: what is there again and what was lost.
# usage: FOTARIG=path ci/test-long/bad-days.sh
set -u
FOTARIG=${FOTARIG:-build/release/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 ci/test-long/bad-days.py "$(realpath "$FOTARIG")" "$work"
