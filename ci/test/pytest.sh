#!/bin/sh
# The pytest fixtures of harness/example, copied beside somebody's tests. Where pytest is not installed,
# it says so and passes.
. "$(dirname "$0")/../shell-tests"
python=/usr/bin/python3
if ! $python -c 'import pytest, serial' 2>/dev/null; then
    echo 'ok    pytest: skipped, for python3-pytest or python3-serial is not installed'
    exit 0
fi
cp harness/example/conftest.py harness/example/naive.py harness/example/better.py "$folder"
cat >"$folder/test_client.py" <<'END'
import pytest
import serial

DAYS = ["documented/update-by-http.yaml", "update/third-revision.yaml"]


def test_module_answers_on_a_port(sim7000):
    sim7000.ctl("wait-for", "boot", "--timeout", "5min")
    with serial.Serial(sim7000.port, 115200, timeout=60) as port:
        heard = b""
        while b"OK" not in heard:
            port.write(b"AT\r")
            heard += port.read_until(b"OK\r\n")
    sim7000.ctl("power", "cut")


@pytest.mark.parametrize("day", DAYS)
def test_better(fotarig_day, day):
    fotarig_day("warp:/usr/bin/python3 better.py", day)


@pytest.mark.parametrize("day", DAYS[1:])
def test_naive(fotarig_day, day):
    fotarig_day("warp:/usr/bin/python3 naive.py", day)
END
export FOTARIG="$fotarig" FOTARIG_SCENARIOS="$PWD/scenarios"
cd "$folder" || exit 2
if "$fotarig" run "$FOTARIG_SCENARIOS/documented/already-current.yaml" --host warp:true 2>&1 | grep -q 'lib: \|seccomp'; then
    deselect=-k\ module
fi
# shellcheck disable=SC2086
$python -m pytest -q -p no:cacheprovider ${deselect:-} test_client.py >"$folder/said" 2>&1
sed "s/^/      | /" "$folder/said"
if [ -z "${deselect:-}" ]; then
    test_that "pytest: a module, a good client and a naive one" grep -q '1 failed, 3 passed' "$folder/said"
    test_that "pytest: the failure says which rule was broken" grep -q 'rule honest-updated' "$folder/said"
else
    test_that "pytest: a module" grep -q '1 passed' "$folder/said"
fi
exit $failed
