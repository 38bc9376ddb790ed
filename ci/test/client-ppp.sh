#!/bin/sh
# wvdial, and PPP over --data-call, against `fotarig sim`; see client-ppp.py.
# usage: FOTARIG=PROGRAM client-ppp.sh
set -u
command -v wvdial >/dev/null || { echo 'FAIL  ppp: wvdial is not installed'; exit 1; }
command -v slirp-fullbolt >/dev/null || { echo 'FAIL  ppp: slirp is not installed'; exit 1; }
exec python3 "$(dirname "$0")/client-ppp.py" "${FOTARIG:-build/debug/fotarig}"
