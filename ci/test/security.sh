#!/bin/sh
# Every line of SECURITY.md names a test that there is. usage: ci/test/security.sh
cd "$(dirname "$0")/../.." || exit 2
awk -F '|' '/^\| .*`: / { print $3 }' SECURITY.md | {
    count=0 failed=0
    while read -r line; do
        file=${line#\`} && file=${file%%\`*}
        name=${line#*\`: }
        count=$((count + 1))
        grep -qF -- "$name" "$file" 2>/dev/null && continue
        echo "FAIL  SECURITY.md: $file has no '$name'"
        failed=1
    done
    [ "$count" -ge 20 ] || { echo "FAIL  SECURITY.md: only $count lines name a test"; failed=1; }
    [ $failed -ne 0 ] || echo "ok    SECURITY.md: $count lines name a test that there is"
    exit $failed
}
