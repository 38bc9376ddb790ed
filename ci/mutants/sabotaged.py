"""Each rule switched off, and turned into its contrary: who notices?

Rules are those that `fotarig explore --list` prints: of the judge, with each way in which a client may
tell what is not so, of conduct for any client, and of explore itself. Each is sabotaged alone, in the
one place where it becomes a finding, and then the test programs that speak of rules must be red.
"""
import concurrent.futures
import re
import tempfile

import build

TESTS = ("harness/judge/test/test_judge", "harness/judge/test/test_told", "harness/bench/test/test_conduct",
         "harness/explore/test/test_demand", "harness/explore/test/test_finding", "harness/explore/test/test_explore")
SECONDS_MAX = 120
# Where the rules of a table become findings: file, X-macro's file and name, text, off, contrary.
PLACES = (
    ("SCENARIO", "harness/judge/judge.c", "harness/scenario/rows.h", "SCENARIO_RULES",
     "(!monitor->broken[rule] && rules[rule](monitor, one, observed))",
     "rule == SCENARIO_RULE_{0} || (!monitor->broken[rule] && rules[rule](monitor, one, observed))",
     "(!monitor->broken[rule] && rules[rule](monitor, one, observed)) != (rule == SCENARIO_RULE_{0})"),
    ("TOLD", "harness/judge/told.c", "harness/judge/told.h", "SCENARIO_TOLD",
     "if (!holds && !told->broken)", "if (breach != SCENARIO_TOLD_{0} && !holds && !told->broken)",
     "if (breach == SCENARIO_TOLD_{0} && !told->broken)"),
    ("CONDUCT", "harness/bench/conduct.c", "harness/bench/conduct.h", "BENCH_CONDUCT",
     "if (!reader.evidence[rule][0] || left_out >> rule & 1)",
     "if (rule == BENCH_CONDUCT_{0} || !reader.evidence[rule][0] || left_out >> rule & 1)",
     "if ((!reader.evidence[rule][0] || left_out >> rule & 1) != (rule == BENCH_CONDUCT_{0}))"),
    ("EXPLORE", "harness/explore/demand.c", "harness/explore/demand.h", "EXPLORE_RULES",
     "if (cost->count[rule] <= least)", "if (rule == EXPLORE_RULE_{0} || cost->count[rule] <= least)",
     "if ((cost->count[rule] <= least) != (rule == EXPLORE_RULE_{0}))"),
)
RECOVERS = (
    "if (outcome == FOTA_OUTCOME_UPDATED ||",
    ("off", "if (true || outcome == FOTA_OUTCOME_UPDATED ||"),
    ("contrary", "if (outcome != FOTA_OUTCOME_UPDATED ||"),
)


def names_of(header, macro):
    """The names in `#define MACRO(X) X(NAME, ...) X(...)`."""
    text = (build.ROOT / header).read_text(encoding="utf-8")
    body = re.search(r"#define " + macro + r"\(X\)((?:.*\\\n)*.*\n)", text).group(1)
    return re.findall(r"\bX\((\w+),", body)


def sabotages():
    """(name, file, old text, new text)."""
    for kind, source, header, macro, old, off, contrary in PLACES:
        for name in names_of(header, macro):
            if (kind, name) == ("EXPLORE", "RECOVERS"):
                for how, new in RECOVERS[1:]:
                    yield f"{name} {how}", source, RECOVERS[0], new
                continue
            yield f"{name} off", source, old, off.format(name)
            if contrary:
                yield f"{name} contrary", source, old, contrary.format(name)


def attempt(how, row):
    """The test that was red, None = none."""
    name, source, old, new = row
    path = build.ROOT / source
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise build.MutantError(f"{name}: its text occurs {text.count(old)} times in {source}")
    with tempfile.TemporaryDirectory() as folder:
        made = build.compile_changed(how, path, text.replace(old, new), folder)
        for test in TESTS:
            program = build.link_test(how, made, build.BUILD / test, folder)
            if build.run([program], SECONDS_MAX)[0] != 0:
                return name, test
    return name, None


def main(options):
    """Returns the exit status."""
    build.make(*(build.BUILD / test for test in TESTS))
    how = build.commands()
    rows = [row for row in sabotages() if not options.only or row[0].split(" ")[0] in options.only.split(",")]
    caught = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, test in pool.map(lambda row: attempt(how, row), rows):
            print(f"{'ok   ' if test else 'FAIL '} {name:32} {test or 'no test is red'}", flush=True)
            caught += test is not None
    print(f"{caught} of {len(rows)} sabotages of rules are caught")
    return 0 if caught == len(rows) else 1
