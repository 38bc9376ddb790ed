#!/bin/sh
# Slurm: submits so many parts of the scenarios, and a job behind them that makes one report, whatever
# became of the parts. Prints the number of that job.
#
# usage: slurm-submit.sh PARTS [SCENARIO|DIR...]     default: scenarios
#        OUT=DIR, FOTARIG=PATH as in shell.sh; SBATCH_OPTIONS="--time=60 --partition=lab"
set -eu
SHARDS=${1:?usage: slurm-submit.sh PARTS [SCENARIO|DIR...]}
shift
export SHARDS
out=${OUT:-out}
mkdir -p "$out"
# Options are words on purpose.
# shellcheck disable=SC2086
array=$(sbatch --parsable ${SBATCH_OPTIONS:-} --array="1-$SHARDS" "$(dirname "$0")/slurm.sh" "$@")
sbatch --parsable --dependency="afterany:${array%%;*}" --job-name=fotarig-report \
    --output="$out/report.log" \
    --wrap "${FOTARIG:-fotarig} report merge $out/parts -o $out/whole --quiet"
