#!/bin/sh
# Every N of ci/torture/run. usage: FOTARIG=path ci/test-long/torture.sh
exec "$(dirname "$0")/../torture/run" "${FOTARIG:-build/debug/fotarig}"
