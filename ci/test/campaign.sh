#!/bin/sh
# Campaigns as a CI engineer meets them; see campaign.py. usage: FOTARIG=PROGRAM ci/test/campaign.sh
exec python3 "$(dirname "$0")/campaign.py" "${FOTARIG:-build/debug/fotarig}"
