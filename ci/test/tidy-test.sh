#!/bin/sh
# ci/tidy finds what it is there for: each row is a file with one fault, and the line that tidy
# must print for it; a file without faults must pass.
set -u
cd "$(dirname "$0")/../.." || exit 2
tidy=$PWD/ci/tidy
place=$(mktemp -d) || exit 2
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 2
failed=0

# usage: row NAME FILE LINES WANT      LINES as of printf; WANT "" = tidy finds nothing
row() {
    mkdir -p "$(dirname "$2")"
    # shellcheck disable=SC2059
    printf "$3" >"$2"
    output=$("$tidy" "$2" 2>&1)
    status=$?
    want_status=1
    [ -n "$4" ] || want_status=0
    if [ $status -eq $want_status ] && [ "$output" = "$4" ]; then
        echo "ok    tidy: $1"
    else
        failed=1
        printf 'FAIL  tidy: %s\n  want (exit %s): %s\n  got  (exit %s): %s\n' \
            "$1" $want_status "$4" $status "$output"
    fi
}

# N lines of C inside a function.
lines() {
    awk -v n="$1" 'BEGIN { while (n-- > 0) printf "    x++;\\n" }'
}

unfinished=TO'DO'
home=/ho'me'

row "good code passes" core/a.c \
    '/* a.c - a. */\n/* sprintf(x) and stdout in a comment */\nint f(void)\n{\n    return g("strcpy(a)");\n}\n' ''
row "a banned call" core/a.c '/* a.c - a. */\nint f(void)\n{\n    return sprintf(a, b);\n}\n' \
    'core/a.c:4: sprintf is banned; use snprintf, or a table of texts'
row "a banned call behind a comment" sim/a.c '/* a.c - a. */\n/* a\n b */ int x = atoi (y);\n' \
    'sim/a.c:3: atoi is banned; use strtol with its end pointer checked'
row "a member or a longer name is not a call" sim/a.c '/* a.c - a. */\nint x = p->system(1) + my_sleep(2);\n' ''
row "sleeping in a test" core/test/test_a.c '/* test_a.c - a. */\nint f(void)\n{\n    usleep(3);\n}\n' \
    'core/test/test_a.c:4: usleep is banned; use a deadline of the event loop'
row "a library that prints" harness/bench/a.c '/* a.c - a. */\nint x = printf(y);\n' \
    'harness/bench/a.c:2: printf in a library; use a return value, the command line prints'
row "a library that knows stderr" reports/a.c '/* a.c - a. */\nint x = fputs(y, stderr);\n' \
    'reports/a.c:2: a standard stream in a library; use a FILE * argument'
row "the command line may print" harness/cli/a.c '/* a.c - a. */\nint x = fprintf(stderr, y);\n' ''
row "a function of 70 lines" core/a.c "/* a.c - a. */\nint f(void)\n{\n$(lines 67)}\n" ''
row "a function of 71 lines" core/a.c "/* a.c - a. */\nint a;\n\nint f(void)\n{\n$(lines 68)}\n" \
    'core/a.c:4: a function of 71 lines; use parts or a table, at most 70'
row "a function whose head has two lines" core/a.c "/* a.c - a. */\nint f(int a,\n      int b)\n{\n$(lines 67)}\n" \
    'core/a.c:2: a function of 71 lines; use parts or a table, at most 70'
row "a file of 801 lines" core/a.c "/* a.c - a. */\n$(lines 800)" \
    'core/a.c:1: 801 lines; split the file, at most 800'
row "101 columns" core/a.c "/* a.c - a. */\n$(printf '%0101d' 1)\n" 'core/a.c:2: 101 columns; use at most 100'
row "a tab in c" core/a.c '/* a.c - a. */\nint a;\n\tint b;\n\tint c;\n' \
    'core/a.c:3: a tab in C; use 4 spaces, here and below'
row "a tab in a makefile" Makefile 'a:\n\tb\n' ''
row "a blank at the end" a.md 'a \n' 'a.md:1: blanks or a CR at the end of the line; remove them'
row "cr lf" a.md 'a\r\n' 'a.md:1: blanks or a CR at the end of the line; remove them'
row "no newline at the end" a.md 'a' 'a.md:1: no newline at the end of the file; add it'
row "a blank line at the end" a.md 'a\n\n' 'a.md:2: blank lines at the end of the file; remove them'
row "bytes that are not utf-8" a.md 'a\n\377\n' 'a.md:2: not UTF-8; use \x escapes'
row "unfinished work" a.md "$unfinished: x\n" \
    "a.md:1: $unfinished is unfinished work; do it or file it"
row "a path of one machine" a.md "see $home/me/x\n" \
    'a.md:1: a path of one machine; use a relative path or an argument'
row "a good guard" core/a_b.h \
    '/* a_b.h - a. */\n#ifndef FOTARIG_CORE_A_B_H\n#define FOTARIG_CORE_A_B_H\n#endif\n' ''
row "a wrong guard" core/a_b.h '/* a_b.h - a. */\n#ifndef A_B_H\n#define A_B_H\n#endif\n' \
    'core/a_b.h:2: no include guard; use FOTARIG_CORE_A_B_H'
row "no guard" harness/cli/b.h '/* b.h - a. */\nint a;\n' \
    'harness/cli/b.h:1: no include guard; use FOTARIG_HARNESS_CLI_B_H'
row "a test that nobody builds" sim/test/line.c '/* line.c - a. */\nint a;\n' \
    'sim/test/line.c:1: a file in test/ that no rule builds; use test_<topic>.c, support*.c or fuzz_*.c'
row "a test name with a capital" sim/test/test_a.c '/* test_a.c - a. */\nint a = cmocka_unit_test(ATE1_echoes);\n' \
    'sim/test/test_a.c:2: test name ATE1_echoes; use lower case'
row "sizeof of an expression in parentheses" sim/a.c '/* a.c - a. */\nint x = sizeof(a->b);\n' \
    'sim/a.c:2: sizeof(a->b); use sizeof a->b'
row "sizeof of a type, and in a macro" sim/a.c \
    '/* a.c - a. */\n#define N(a) \\\n    sizeof(a)\nint x = sizeof(struct b) + sizeof(char[4]) + sizeof a;\n' ''
row "a file that does not say what it is" sim/a.c 'int a;\n' \
    'sim/a.c:1: no line of what the file is; open with /* a.c - ... */'
row "a file with the name of another one" sim/a.c '/* b.c - b. */\nint a;\n' \
    'sim/a.c:1: no line of what the file is; open with /* a.c - ... */'
row "a test that does not say what it is about" sim/test/test_a.c 'int a;\n' \
    'sim/test/test_a.c:1: no line of what the file is; open with /* What is tested. */'
names=$("$tidy" core/a.c sim/a.c sim/test/test_a.c core/test/test_a.c 2>&1)
case $names in
*"sim/a.c:1: the name of core/a.c too; use one that says the difference"*test_a.c*too*)
    failed=1 && echo "FAIL  tidy: tests may have the names of their subjects" ;;
*"sim/a.c:1: the name of core/a.c too; use one that says the difference"*)
    echo "ok    tidy: one name in two rooms" ;;
*) failed=1 && printf 'FAIL  tidy: one name in two rooms\n%s\n' "$names" ;;
esac
exit $failed
