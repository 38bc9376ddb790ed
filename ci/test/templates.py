#!/usr/bin/python3
"""templates.py - the templates for CI systems (ci/templates), each run as far as a shell can: their
script lines, with the variables and the artefacts that the system would give them.

usage: templates.py [PROGRAM]
"""
import os
import re
import shutil
import subprocess
import sys

import yaml

from dialog import Mismatch, program_under_test, run_cases

TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../templates')
BAD = '''scenario: an update that is expected to fail
why: The pipeline must be red.
update:
  from: 1351B03SIM7000C
  to: 1351B04SIM7000C
  package: {url: 'http://fota.example/a.zip', size: 50000B}
  delivery: http
expect: {outcome: update-failed}
'''


def read(name):
    with open(os.path.join(TEMPLATES, name), encoding='utf-8') as file:
        return file.read()


class Workspace:
    """A checkout of a project with scenarios of its own, and `fotarig` in PATH."""

    def __init__(self, program, folder, name):
        self.path = os.path.join(folder, name)
        tools = os.path.join(folder, 'tools')
        os.makedirs(tools, exist_ok=True)
        if not os.path.exists(os.path.join(tools, 'fotarig')):
            os.symlink(program, os.path.join(tools, 'fotarig'))
        if not os.path.exists(self.path):
            shutil.copytree('scenarios/documented', os.path.join(self.path, 'scenarios'))
        self.environment = {'PATH': f"{tools}:{os.environ['PATH']}", 'HOME': folder, 'CI': 'true'}

    def run(self, script, **variables):
        """Exit status of the script under `sh -e`, as the systems run it; its output is kept."""
        done = subprocess.run(['sh', '-e', '-c', script], cwd=self.path, check=False, text=True,
                              env={**self.environment, **variables}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=300)
        self.output = done.stdout
        return done.returncode

    def spoil(self):
        with open(os.path.join(self.path, 'scenarios', 'bad.yaml'), 'w', encoding='utf-8') as file:
            file.write(BAD)


def expect(workspace, got, want):
    if got != want:
        raise Mismatch(f'want {want}\n  got  {got}\n{workspace.output[-2000:]}')


def expect_report(folder, parts, failures):
    done = subprocess.run(['xmllint', '--xpath', 'string(/testsuites/@failures)',
                           os.path.join(folder, 'junit.xml')], capture_output=True, text=True,
                          check=True)
    if done.stdout.strip() != str(failures):
        raise Mismatch(f'want {failures} failures in the report of {parts} parts\n  got  {done.stdout}')


def all_good_one_bad_one_lost(run):
    """Runs a pipeline as it is, with a case that fails, and with a part that left nothing."""
    for spoil, lose, status in ((False, None, 0), (True, None, 1), (False, 2, 4)):
        run(spoil, lose, status)


# ---- GitHub ------------------------------------------------------------------------------------


def github_steps(job):
    """Scripts of a job but for what builds the program, with the variables of each."""
    return [(step['run'], step.get('env', {})) for step in job['steps']
            if 'run' in step and step['name'] != 'build fotarig']


def github(program, folder):
    workflow = yaml.safe_load(read('github.yml'))
    jobs, variables = workflow['jobs'], {key: str(value) for key, value in workflow['env'].items()}
    shards = jobs['part']['strategy']['matrix']['shard']
    if len(shards) != workflow['env']['SHARDS']:
        raise Mismatch(f'SHARDS is {workflow["env"]["SHARDS"]} and the matrix has {shards}')

    def run(spoil, lose, status):
        name = f'{spoil}{lose}'
        whole, failed = Workspace(program, folder, f'{name}-whole'), 0
        for shard in shards:
            part = Workspace(program, folder, f'{name}-{shard}')
            if spoil:
                part.spoil()
            for script, own in github_steps(jobs['part']):
                own = {key: value.replace('${{ matrix.shard }}', str(shard))
                       for key, value in own.items()}
                failed += part.run(script, **variables, **own) != 0
            if shard != lose:  # upload and download of artefacts
                shutil.copytree(os.path.join(part.path, 'out'),
                                os.path.join(whole.path, 'parts', f'part-{shard}'))
        expect(part, failed, int(spoil))
        (script, own), = github_steps(jobs['whole'])
        expect(whole, whole.run(script, **variables, **own), status)
        expect_report(os.path.join(whole.path, 'whole'), len(shards), int(spoil))
    all_good_one_bad_one_lost(run)


# ---- GitLab ------------------------------------------------------------------------------------


def gitlab(program, folder):
    pipeline = yaml.safe_load(read('gitlab.yml'))
    part, whole = pipeline['part'], pipeline['whole']

    def script(job):
        return '\n'.join(job['before_script'] + job['script'])

    def run(spoil, lose, status):
        workspace, failed = Workspace(program, folder, f'{spoil}{lose}'), 0
        if spoil:
            workspace.spoil()
        for index in range(1, part['parallel'] + 1):
            if index != lose:
                failed += workspace.run(script(part), **pipeline['variables'],
                                        CI_NODE_INDEX=str(index),
                                        CI_NODE_TOTAL=str(part['parallel'])) != 0
        expect(workspace, failed, int(spoil))
        expect(workspace, workspace.run(script(whole), **pipeline['variables']), status)
        expect_report(os.path.join(workspace.path, 'whole'), part['parallel'], int(spoil))
        for path in part['artifacts']['paths'] + whole['artifacts']['paths']:
            expect(workspace, os.path.exists(os.path.join(workspace.path, path)), True)
    all_good_one_bad_one_lost(run)


# ---- Jenkins -----------------------------------------------------------------------------------


def jenkins(program, folder):
    text = read('Jenkinsfile')
    shards = re.findall(r"'(\d+)'", re.search(r'values (.*)', text)[1])
    variables = dict(re.findall(r"^        (\w+) = '(.*)'$", text, re.M))
    # As Groovy reads a text in ''': a backslash at the end of a line joins it with the next one.
    scripts = [found.replace('\\\n', '') for found in re.findall(r"sh '''(.*?)'''", text, re.S)]
    run_part, merge = [found for found in scripts if 'fotarig' in found and 'make' not in found]
    if str(len(shards)) != variables['SHARDS']:
        raise Mismatch(f'SHARDS is {variables["SHARDS"]} and the axis has {shards}')

    def run(spoil, lose, status):
        name = f'{spoil}{lose}'
        whole, failed = Workspace(program, folder, f'{name}-whole'), 0
        for shard in shards:
            part = Workspace(program, folder, f'{name}-{shard}')
            if spoil:
                part.spoil()
            failed += part.run(run_part, **variables, SHARD=shard) != 0
            if int(shard) != lose:  # stash and unstash
                shutil.copytree(os.path.join(part.path, 'out'), os.path.join(whole.path, 'out'),
                                dirs_exist_ok=True)
        expect(part, failed, int(spoil))
        expect(whole, whole.run(merge, **variables), status)
        expect_report(os.path.join(whole.path, 'whole'), len(shards), int(spoil))
    all_good_one_bad_one_lost(run)


# ---- shells ------------------------------------------------------------------------------------


def shell(program, folder):
    for spoil, status in ((False, 0), (True, 1)):
        workspace = Workspace(program, folder, str(spoil))
        if spoil:
            workspace.spoil()
        expect(workspace, workspace.run(f'{TEMPLATES}/shell.sh 3'), status)
        expect_report(os.path.join(workspace.path, 'out', 'whole'), 3, int(spoil))


def gnu_parallel(program, folder):
    workspace = Workspace(program, folder, 'it')
    expect(workspace, workspace.run(f'{TEMPLATES}/parallel.sh 5'), 0)
    # A part that a lost machine took with it is done by the second call, and only that one.
    log = os.path.join(workspace.path, 'out', 'joblog')
    with open(log, encoding='utf-8') as file:
        rows = file.read().splitlines()
    shutil.rmtree(os.path.join(workspace.path, 'out', 'parts', '3'))
    with open(log, 'w', encoding='utf-8') as file:
        file.write('\n'.join(row for row in rows if not re.match(r'3\t', row)) + '\n')
    expect(workspace, workspace.run('fotarig report merge out/parts -o out/whole -q'), 4)
    expect(workspace, workspace.run(f'{TEMPLATES}/parallel.sh 5'), 0)
    with open(log, encoding='utf-8') as file:
        expect(workspace, len(file.read().splitlines()), len(rows))
    expect_report(os.path.join(workspace.path, 'out', 'whole'), 5, 0)


CASES = [github, gitlab, jenkins, shell, gnu_parallel]


if __name__ == '__main__':
    sys.exit(run_cases('templates', CASES, program_under_test('templates', 'env_parallel', 'xmllint')))
