#!/bin/sh
# Slurm: one part of the scenarios, a task of an array. slurm-submit.sh submits it; by hand:
#
#   SHARDS=20 sbatch --array=1-20 slurm.sh [SCENARIO|DIR...]      default: scenarios
#   SHARDS=20 sbatch --array=7,11 slurm.sh                        parts that are to be run again
#   fotarig report merge out/parts -o out/whole
#
# OUT=DIR (default: out), FOTARIG=PATH as in shell.sh. For real modules add --gres=modem:1, and to the
# command --rack FILE: Slurm counts the modules, and the locks of the ports choose.
#SBATCH --job-name=fotarig
#SBATCH --time=00:30:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=/dev/null
# SIGTERM half a minute before the time is over: the reports are closed and say what was not run.
#SBATCH --signal=B:TERM@30
set -u
: "${SHARDS:?says how many parts there are in all, whatever the array}"
[ $# -gt 0 ] || set -- scenarios
out=${OUT:-out}
part=$SLURM_ARRAY_TASK_ID
mkdir -p "$out/parts"
# The report of a task that was killed says so; a task that is requeued replaces it.
exec "${FOTARIG:-fotarig}" run "$@" --shard "$part/$SHARDS" --jobs 1 --quiet \
    --reports "$out/parts/$part" >>"$out/parts/$part.log" 2>&1
