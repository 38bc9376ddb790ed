#!/bin/sh
# `fotarig redact` over logs that socat wrote of a dialogue with the emulator.
# usage: FOTARIG=path ci/test/redact.sh
set -u
FOTARIG=${FOTARIG:-build/debug/fotarig}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 ci/test/redact.py "$(realpath "$FOTARIG")" "$work"
