#!/bin/sh
# 20 scenarios with the core on the emulator in memory and on a `sim --scenario` of another process, on
# every kind of port, at speed 20: same verdicts, same order of AT lines; see ci/port-matrix.py. Three
# more can't run there and must say why. 10 minutes. usage: FOTARIG=PROGRAM ci/test-long/port-matrix.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
python3 ci/port-matrix.py "${FOTARIG:-$PWD/build/debug/fotarig}" 20 pty,tty,tcp,rfc2217,ser2net \
    documented/update-by-http documented/already-current documented/update-without-progress \
    download/network-error-601-once download/short-body-once download/size-unknown \
    download/leaves-nothing-in-flash \
    delivery/push-damaged-package delivery/push-without-bytes delivery/settings-restored \
    update/rdy-before-it-starts update/power-cut-in-verify-package update/update-fails \
    download/module-resets-during-download update/final-urc-lost update/no-urcs-on-this-port \
    status/status-6-left-over status/status-8-on-an-idle-module \
    contact/no-network contact/no-sim-card \
    host/cancelled-in-time delivery/push-host-reset host/reset-while-updating
