#!/bin/sh
# chat against `fotarig sim`; see client-chat.py. usage: FOTARIG=PROGRAM client-chat.sh
set -u
[ -x /usr/sbin/chat ] || { echo 'FAIL  chat: /usr/sbin/chat is not installed'; exit 1; }
exec python3 "$(dirname "$0")/client-chat.py" "${FOTARIG:-build/debug/fotarig}"
