#!/bin/sh
# GNU parallel: many parts over the processors of this machine, or of more machines that see the same
# folder (--sshlogin); what was not done is done by calling it again.
#
# usage: parallel.sh PARTS [SCENARIO|DIR...]    default: scenarios
#        OUT=DIR, FOTARIG=PATH as in shell.sh; PARALLEL="--sshlogin a,b --workdir ." for more machines
# Ten times more parts than processors keep all of them busy to the end.
set -u
parts=${1:?usage: parallel.sh PARTS [SCENARIO|DIR...]}
shift
[ $# -gt 0 ] || set -- scenarios
out=${OUT:-out}
program=${FOTARIG:-fotarig}

parallel --version 2>/dev/null | grep -q '^GNU' || {
    echo "parallel.sh: 'parallel' is not GNU parallel (moreutils has another one)" >&2
    exit 4
}
mkdir -p "$out/parts"
# A part whose cases failed has run: only what broke off (a signal, a machine that went) is run again.
seq "$parts" | parallel --joblog "$out/joblog" --resume-failed --timeout 3600 \
    "$program" run "$@" --shard "{}/$parts" --jobs 1 --reports "$out/parts/{}" --quiet ">$out/parts/{}.log" 2>&1
"$program" report merge "$out/parts" -o "$out/whole" --quiet
