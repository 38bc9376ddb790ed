#!/bin/sh
# `fotarig bisect` finds the commit from which on a run fails, skips what can't be built, refuses ends that
# are not what they are said to be, and leaves the working tree as it was.
# usage: FOTARIG=path ci/test/bisect.sh
. "$(dirname "$0")/../shell-tests"

fotarig=$(realpath "$fotarig")
repository=$folder/repository
git init -q "$repository" && cd "$repository" || exit 1
git config user.name test && git config user.email test@example.org
mkdir scenarios
# Its program is a script; each commit has another one. The eighth is the first bad one, the seventh and
# the fifth can't be built, the third does not know the token.
for number in 1 2 3 4 5 6 7 8 9 10 11 12; do
    case $number in
        5 | 7) printf '#!/bin/sh\nexit 0\n' >program ;;
        3) printf '#!/bin/sh\nexit 3\n' >program ;;
        8 | 9 | 10 | 11 | 12) printf '#!/bin/sh\n[ "$5" = 3f2a9c01.0.1.- ] || exit 0\nexit 1\n' >program ;;
        *) printf '#!/bin/sh\nexit 0\n' >program ;;
    esac
    echo "# $number" >>program
    chmod +x program
    case $number in 5 | 7) echo false ;; *) echo true ;; esac >build
    git add -A && git commit -q -m "change $number" && git tag "change-$number"
done
echo "a change of somebody's own" >>program

# usage: bisects STATUS TEXT GOOD BAD
bisects() {
    wanted=$1 text=$2
    shift 2
    TMPDIR=$folder "$fotarig" bisect 3f2a9c01.0.1.- "$@" --build "sh build" --program program \
        >"$folder/out" 2>&1
    status=$?
    cat "$folder/out"
    [ $status -eq "$wanted" ] && grep -qF -- "$text" "$folder/out"
}
the_first_bad_one() {
    bisects 0 "first bad $(git rev-parse change-8)" change-1 change-12 && grep -q "^  change 8$" "$folder/out"
}
test_that "bisect: a commit between those that can't be judged can't be told" bisects 1 "only commits that were skipped" change-6 change-8
test_that "bisect: a good end that fails is refused" bisects 1 "change-9 should pass, and does not" change-9 change-12
test_that "bisect: a bad end that passes is refused" bisects 1 "change-4 should fail, and does not" change-1 change-4
test_that "bisect: a name that is no commit is told as that" bisects 4 "'nosuch' names no commit here" change-1 nosuch
git tag -d change-7 >/dev/null
# With the seventh mended nothing is left in the dark.
git stash -q && git checkout -q -b mended change-6
git checkout -q -f change-8 -- . && git commit -q -m "change 8 again" && git tag bad
first_bad_behind_the_sixth() {
    bisects 0 "first bad $(git rev-parse bad)" change-1 bad && grep -q "^  change 8 again$" "$folder/out"
}
test_that "bisect: the first bad commit is named" first_bad_behind_the_sixth
git checkout -q - && git stash pop -q
as_it_was() {
    [ "$(git status --porcelain)" = " M program" ] && [ "$(git worktree list | wc -l)" -eq 1 ] &&
        ! git bisect log >/dev/null 2>&1
}
test_that "bisect: the working tree is as it was" as_it_was
wrong_token() {
    ! "$fotarig" bisect no-token change-1 change-12 >"$folder/out" 2>&1 && grep -q "is no token" "$folder/out"
}
test_that "bisect: a text that is no token is refused" wrong_token
exit $failed
