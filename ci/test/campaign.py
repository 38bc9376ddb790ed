"""campaign.py - campaigns as a CI engineer meets them: the same with any number of jobs, parts that
are the whole, nothing selected is an error, reports that say what is so.

usage: campaign.py PROGRAM      from the root of the repository; exit 1 when a test failed
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

program = os.path.realpath(sys.argv[1])
folder = tempfile.mkdtemp()
GOOD = "scenarios/documented/update-by-http.yaml"
failed = 0


def run(*arguments, cwd=None, **environment):
    """The ended process of `fotarig ARGUMENTS`, its output as text."""
    for name in ("CI_NODE_INDEX", "CI_NODE_TOTAL"):
        environment.setdefault(name, None)
    both = {**os.environ, **environment}
    return subprocess.run([program, *arguments], cwd=cwd, text=True, capture_output=True,
                          env={name: value for name, value in both.items() if value is not None},
                          stdin=subprocess.DEVNULL, timeout=300)


def test(name, good, *shown):
    global failed
    print(("ok    " if good else "FAIL  ") + name)
    if not good:
        failed = 1
        for text in shown:
            print("      | " + str(text)[-1500:].replace("\n", "\n      | "))


def ended(name, status, *arguments, says="", **environment):
    """Tests the exit status, and that the output says something. Returns the process."""
    got = run(*arguments, **environment)
    test(name, got.returncode == status and says in got.stdout + got.stderr,
         f"want status {status} and '{says}', got {got.returncode}", got.stdout, got.stderr)
    return got


def write(name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def checked(reports, rich=False):
    """The two reports of a folder, after the checkers have seen them: (root of JUnit, results)."""
    junit, ctrf = os.path.join(reports, "junit.xml"), os.path.join(reports, "ctrf.json")
    if not rich:
        subprocess.run(["xmllint", "--noout", "--schema", "ci/junit-portable.xsd", junit],
                       check=True, capture_output=True)
    subprocess.run([sys.executable, "ci/check-junit.py", junit], check=True)
    subprocess.run([sys.executable, "ci/check-ctrf.py", ctrf], check=True)
    return ET.parse(junit).getroot(), json.loads(read(ctrf))["results"]


# ---- the same with any number of jobs ---------------------------------------------------------------

def timeless(text):
    """A report or an output without what depends on the clock and on the command line."""
    text = re.sub(r'"(duration|start|stop|wall_us|seconds)": ?[0-9.]+', r'"\1": T', text)
    text = re.sub(r' (time|timestamp)="[^"]*"', r' \1="T"', text)
    text = re.sub(r"--jobs [0-9]+|--reports [^ \"&]*", "OPTION", text)
    text = re.sub(r"(?m)^slowest: .*$|in [0-9.]+ s", "T", text)
    return text


def same_with_any_number_of_jobs(name, *arguments):
    seen = []
    for jobs in "1", "2", "5":
        reports = os.path.join(folder, "jobs-" + jobs)
        got = run(*arguments, "--jobs", jobs, "--reports", reports)
        texts = [read(os.path.join(reports, report)) for report in ("junit.xml", "ctrf.json")]
        seen.append([got.returncode] + [timeless(text) for text in (got.stdout, *texts)])
        checked(reports)
    test(f"{name}: output and reports are the same with 1, 2 and 5 jobs",
         seen[0] == seen[1] == seen[2] and len(seen[0][2]) > 500, *(texts[0] for texts in seen))


good = read(GOOD)
wrong = write("mixed/wrong.yaml", good.replace("\n  status: 6\n", "\n  status: 7\n"))
once = write("mixed/once.yaml", good.replace("delivery: http", "delivery: http\n  download-tries: 1"))
hasty = write("mixed/hasty.yml", good.replace("  within: 10min", "  within: 8min"))
bad = write("mixed/bad.yaml", good.replace("\nexpect:\n", "\nexpct:\n"))
mixed = os.path.dirname(bad)
same_with_any_number_of_jobs("run", "run", "scenarios/documented", mixed, "--shuffle", "--digests",
                             "--repeat", "2")
same_with_any_number_of_jobs("explore", "explore", mixed, "--at", "command", "--at", "http-block")
same_with_any_number_of_jobs("coverage", "coverage", "scenarios/documented", mixed)
same_with_any_number_of_jobs("--vary-assumed", "run", "--vary-assumed", mixed)

# ---- one invalid file, and the others ---------------------------------------------------------------
got = ended("an invalid file is an error case, a failed one beats it", 1, "run", mixed,
            "--reports", folder + "/r")
_, results = checked(folder + "/r")
verdicts = {test["name"]: test["status"] for test in results["tests"]}
test("each has its verdict", verdicts == {"wrong": "failed", "once": "passed", "hasty": "passed",
                                          bad: "other"}, verdicts)
ended("without a failed one it decides", 3, "run", mixed, "--case", "hasty", "--case", "*bad.yaml")
ended("who is not in the part does not matter", 0, "run", mixed, "--case", "hasty")
ended("a missing file is an error case, too", 3, "run", hasty, folder + "/none.yaml",
      says="no such file or folder")

# ---- nothing selected is an error -------------------------------------------------------------------
os.mkdir(folder + "/empty")
ended("an empty folder", 2, "run", folder + "/empty", "--reports", folder + "/r",
      says="nothing is selected")
root, results = checked(folder + "/r")
test("its report is an error", root.get("errors") == "1" and results["summary"]["other"] == 1,
     ET.tostring(root))
ended("but for --allow-empty", 0, "run", folder + "/empty", "--reports", folder + "/r",
      "--allow-empty")
root, _ = checked(folder + "/r")
test("whose report is empty", root.get("tests") == "0", ET.tostring(root))
ended("no such tag", 2, "run", GOOD, "--tag", "none", says="no scenario has the tags")
ended("no such case", 2, "run", GOOD, "--case", "update-by-htp", says="did you mean 'update-by-http'")
ended("no such case, explored", 2, "explore", GOOD, "--case", "none", says="no case is named 'none'")

# ---- names and parts --------------------------------------------------------------------------------
everything = run("run", "scenarios", "--list").stdout.split("\n")[:-1]
test("--list lists all cases, once each", len(everything) > 1000
     and len(set(everything)) == len(everything), len(everything))
name = next(case for case in everything if "[" in case)
got = run("run", "scenarios", "--list", "--case", name)
test("a name with brackets is a name", got.stdout == name + "\n", name, got.stdout)
got = run("run", "scenarios", "--list", "--case", "power/*").stdout.split("\n")[:-1]
test("a glob with the group", got == [case for case in everything if case.startswith("power/")], got)
got = run("run", GOOD, "--list", "--repeat", "3", "--case", "update-by-http").stdout.split("\n")[:-1]
test("a name means all its repetitions", len(got) == 3 and got[2].endswith("update-by-http (3)"), got)
got = run("run", GOOD, "--list", "--repeat", "3", "--case", "update-by-http (2)").stdout
test("a name with its number means one", got == "documented/update-by-http (2)\n", got)
for count in 2, 7, 50:
    parts = [run("run", "scenarios", "--list", "--shard", f"{number}/{count}").stdout.split("\n")[:-1]
             for number in range(1, count + 1)]
    test(f"{count} parts are disjoint and the whole",
         sorted(sum(parts, [])) == sorted(everything), [len(part) for part in parts])
ended("auto without a CI system", 2, "run", GOOD, "--shard", "auto", says="no CI system says")
ended("auto with one", 0, "run", "scenarios/documented", "--shard", "auto", CI_NODE_INDEX="1",
      CI_NODE_TOTAL="2", says="shard 1/2: ")
ended("auto with half of one", 2, "run", GOOD, "--shard", "auto", CI_NODE_TOTAL="2",
      says="CI_NODE_INDEX is not")
ended("a part may be empty", 0, "run", GOOD, "--shard", "2/3", "--reports", folder + "/r",
      says="of 1")
run("run", "scenarios/documented", "--reports", folder + "/r")
ended("by the timings of a former run", 0, "run", "scenarios/documented", "--shard", "1/2",
      "--timings", folder + "/r/ctrf.json", says="shard 1/2: ")
ended("timings that are none", 3, "run", "scenarios/documented", "--shard", "1/2", "--timings", GOOD,
      says="no report of CTRF")

# ---- limits -----------------------------------------------------------------------------------------
begun = time.monotonic()
ended("a case that takes too long is an error", 4, "run", GOOD, "--speed", "2", "--timeout", "1s",
      "--reports", folder + "/r", says="it took longer than a case may")
test("and is stopped", time.monotonic() - begun < 60)
ended("the time of the whole", 4, "run", GOOD, "--repeat", "3", "--speed", "2", "--run-timeout", "1s",
      "--reports", folder + "/r", says="stopped by --run-timeout")
_, results = checked(folder + "/r")
test("leaves what did not run", results["summary"]["pending"] == 3
     and results["summary"]["other"] == 1, results["summary"])
for jobs in "1", "4":
    got = run("run", wrong, GOOD, hasty, "--fail-fast", "--jobs", jobs, "--reports", folder + "/r")
    _, results = checked(folder + "/r")
    test(f"--fail-fast ends it at the first failure, with {jobs} jobs",
         got.returncode == 1 and results["summary"]["failed"] == 1
         and results["summary"]["pending"] == 2, got.stdout)
ended("a skip is no failure", 0, "run", GOOD, "--module", "tcp://127.0.0.1:1", says="1 skipped")
ended("but with --fail-on-skip", 1, "run", GOOD, "--module", "tcp://127.0.0.1:1", "--fail-on-skip")
ended("a port leads to one module", 2, "run", GOOD, "--module", "tcp://127.0.0.1:1", "--jobs", "2",
      says="leads to one")
got = run("run", wrong, "--junit-profile", "rich", "--reports", folder + "/r")
root, _ = checked(folder + "/r", rich=True)
case = root.find(".//testcase")
test("the rich profile names file and line", case.get("file") == wrong and case.get("line"),
     ET.tostring(case))

# ---- never stale ------------------------------------------------------------------------------------

def killed_while_loading(count):
    """Its CTRF results, killed as soon as its reports are there; loading `count` files takes a while."""
    many = f"{folder}/many-{count}"
    os.mkdir(many)
    for i in range(count):
        os.link(own_good, f"{many}/{i}.yaml")
    shutil.rmtree(folder + "/r", ignore_errors=True)
    run("run", GOOD, "--reports", folder + "/r")
    loading = subprocess.Popen([program, "run", many, "--reports", folder + "/r"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while "goes on, or was killed" not in read(folder + "/r/ctrf.json") and loading.poll() is None:
        time.sleep(0.001)
    loading.send_signal(signal.SIGKILL)
    loading.wait()
    shutil.rmtree(many)
    return checked(folder + "/r")


own_good = shutil.copy(GOOD, folder + "/own-good.yaml")
for count in (500, 2000, 8000):  # more when the machine let it end before it was killed
    root, results = killed_while_loading(count)
    if root.get("errors") == "1":
        break
test("while files are loaded the report is not yesterday's", root.get("errors") == "1"
     and results["tests"][0]["name"] == "the run is not finished", ET.tostring(root)[:2000])
run("run", GOOD, "--reports", folder + "/r")
ended("options that do not go together", 2, "run", GOOD, "--reports", folder + "/r",
      "--wire", "pty")
root, _ = checked(folder + "/r")
test("leave no green report", root.get("errors") == "1", ET.tostring(root))
ended("a former run that is no folder is said at once", 2, "run", GOOD, "--former", GOOD, says="is no folder")
ended("findings for ever want a folder", 4, "explore", GOOD, "--forever", GOOD, "--run-timeout", "1s")

# ---- soak -------------------------------------------------------------------------------------------
for jobs in "1", "3":
    got = ended("a soak goes round", 0, "run", GOOD, "--for", "300ms", "-j", jobs, "-q",
                "--reports", folder + "/r", says="soak: 1 cases, ")
    _, results = checked(folder + "/r")
    rounds = int(re.search(r"soak: 1 cases, (\d+) round", got.stdout).group(1))
    test(f"each round is in the report, with {jobs} jobs",
         rounds == len(results["tests"]) == results["summary"]["passed"], got.stdout)
ended("a soak until a case fails ends with it", 1, "run", GOOD, folder + "/mixed/wrong.yaml",
      "--until-fail", "-q", says="stopped by --until-fail")

# ---- a command that repeats works elsewhere ---------------------------------------------------------
got = run("run", "mixed/wrong.yaml", cwd=folder)
command = re.search(r"repeat +: fotarig (.*)", got.stdout).group(1).split()
os.makedirs(folder + "/mixed/below/deep")
for place in "mixed", "mixed/below/deep", "empty":
    got = run(*command, cwd=os.path.join(folder, place))
    test(f"a command that repeats works in {place}", got.returncode == 1
         and "want 7, got 6" in got.stdout, command, got.stdout, got.stderr)
got = run(command[0], "/builds/17/mixed/wrong.yaml", *command[2:], cwd=folder)
test("and on another machine", got.returncode == 1 and "want 7, got 6" in got.stdout, got.stderr)

shutil.rmtree(folder)
sys.exit(failed)
