#!/bin/sh
# A sample of ci/torture/run, in seconds: `run` with reports, `package` and `report merge`, each kind of
# call failed at its first, its last and a few N between, and a kill there. ci/test-long/torture.sh is
# the whole. usage: FOTARIG=path ci/test/torture.sh
here=$(dirname "$0")
status=0
for command in run package report; do
    "$here/../torture/run" --sample --only "$command" "${FOTARIG:-build/debug/fotarig}" || status=1
done
exit $status
