/* bisect_command.c - fotarig bisect: builds commits until the first one is found in which a run
 * fails. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/campaign/token.h"
#include "harness/cli/cli.h"

struct bisect_options {
    const char *build, *program, *scenarios;
};

#define OPTION(member) offsetof(struct bisect_options, member)

static const struct cli_option options[] = {
    {"build", 0, "COMMAND", CLI_TEXT, OPTION(build), "make -s build/debug/fotarig",
     "builds the program in a commit's tree; one that can't be built is skipped"},
    {"program", 0, "FILE", CLI_TEXT, OPTION(program), "build/debug/fotarig",
     "where it is then, below the tree"},
    {"scenarios", 0, "PATH", CLI_TEXT, OPTION(scenarios), "scenarios",
     "file or directory, as it is now, with the scenario that the token belongs to"},
};

static int bisect(int argc, char **argv);

const struct cli_command cli_command_bisect = {
    .name = "bisect",
    .summary = "find the first commit in which the run of a token fails",
    .operands = "TOKEN GOOD BAD",
    .notes =
        "In a git repository: builds commits between GOOD, in which the run passes, and BAD, in\n"
        "which it fails, in a tree of its own, which is removed again. The working tree, the\n"
        "index and a bisection that is going on in it stay as they are. Commits that can't be\n"
        "built, or whose program can't read the scenario, are skipped.\n"
        "Exit status: 0 the first bad commit was found, 1 it was not: GOOD fails, BAD passes, or\n"
        "only skipped ones are left; 2 usage, 4 git could not do it, 128+n signal n.\n",
    .options = options,
    .option_count = CLI_COUNT_OF(options),
    .operands_min = 3,
    .operands_max = 3,
    .run = bisect};

/* What is done in the tree of each commit. Descriptor 3 is where we tell. */
static const char judge_script[] =
    "say() { printf '%s %s\\n' \"$1\" \"$(git log -1 --format='%h %s')\" >&3; }\n"
    "sh -c \"$FOTARIG_BISECT_BUILD\" || { say 'skipped: not built '; exit 125; }\n"
    "\"./$FOTARIG_BISECT_PROGRAM\" run -q \"$FOTARIG_BISECT_SCENARIOS\" --token "
    "\"$FOTARIG_BISECT_TOKEN\"\n"
    "case $? in\n"
    "0) say 'passes  '; exit 0 ;;\n"
    "1) say 'fails   '; exit 1 ;;\n"
    "*) say 'skipped: not run '; exit 125 ;;\n"
    "esac\n";
enum { JUDGED_GOOD = 0, JUDGED_BAD = 1 };

struct search {
    char tree[PATH_MAX]; /* of the commit that is judged */
    char log[PATH_MAX];  /* what git and the builds say */
    const char *good, *bad;
};

extern char **environ;

/* Ends with its exit status, 128+n after signal n, -1: it did not start. */
static int run(const struct search *search, const char *const *words)
{
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions))
        return -1;
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, 3);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, search->log,
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    fflush(stdout);
    int error =
        posix_spawnp(&child, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = error;
    if (error)
        return -1;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_git(const struct search *search, const char *const *words)
{
    const char *all[16] = {"git", "-C", search->tree};
    for (size_t i = 0; words[i] && i + 4 < sizeof all / sizeof all[0]; i++)
        all[3 + i] = words[i];
    return run(search, all);
}
#define GIT(search, ...) run_git(search, (const char *const[]){__VA_ARGS__, NULL})

static int git_failed(const struct search *search)
{
    char line[512], last[512] = "git did not start";
    FILE *log = fopen(search->log, "r");
    while (log && fgets(line, sizeof line, log))
        if (line[0] != '\n')
            memcpy(last, line, sizeof last);
    if (log)
        fclose(log);
    last[strcspn(last, "\n")] = '\0';
    cli_error(&cli_command_bisect, "%s", last);
    return CLI_EXIT_ENVIRONMENT;
}

/* Told before anything is built; git's own words for a name that it does not know speak of paths.
 */
static bool is_commit(const struct search *search, const char *name)
{
    char commit[512];
    int length = snprintf(commit, sizeof commit, "%s^{commit}", name);
    if (length > 0 && (size_t)length < sizeof commit &&
        GIT(search, "rev-parse", "--verify", "--end-of-options", commit) == 0)
        return true;
    cli_error(
        &cli_command_bisect,
        "'%s' names no commit here: expected a hash, a tag or a branch of the repository that "
        "the current folder is in",
        name);
    return false;
}

/* The ends must be what they are said to be, or the middle means nothing. */
static int check_end(const struct search *search, const char *commit, int wanted)
{
    if (GIT(search, "checkout", "--quiet", "--detach", commit) != 0)
        return git_failed(search);
    const char *const judge[] = {"sh",         "-c", "cd \"$1\" && eval \"$2\"", "-", search->tree,
                                 judge_script, NULL};
    int judged = run(search, judge);
    if (judged == wanted)
        return CLI_GO_ON;
    if (judged > 128)
        return judged;
    cli_error(&cli_command_bisect, "%s should %s, and does not; see %s", commit,
              wanted == JUDGED_GOOD ? "pass" : "fail", search->log);
    return CLI_EXIT_FAILED;
}

static int search_between(const struct search *search)
{
    int status = check_end(search, search->good, JUDGED_GOOD);
    if (status == CLI_GO_ON)
        status = check_end(search, search->bad, JUDGED_BAD);
    if (status != CLI_GO_ON)
        return status;
    if (GIT(search, "bisect", "start", search->bad, search->good) != 0)
        return git_failed(search);
    status = GIT(search, "bisect", "run", "sh", "-c", judge_script);
    if (status > 128)
        return status;
    if (status != 0) {
        cli_error(&cli_command_bisect,
                  "only commits that were skipped are left between good and bad; see %s",
                  search->log);
        return CLI_EXIT_FAILED;
    }
    const char *const tell[] = {"sh",
                                "-c",
                                "git -C \"$1\" log -1 --format='first bad %H%n  %s%n  %an, %ad' "
                                "refs/bisect/bad >&3",
                                "-",
                                search->tree,
                                NULL};
    return run(search, tell) == 0 ? CLI_EXIT_OK : git_failed(search);
}

static bool set_environment(const struct bisect_options *given, const char *token)
{
    char scenarios[PATH_MAX];
    if (!realpath(given->scenarios, scenarios)) {
        cli_error(&cli_command_bisect, "%s: %s", given->scenarios, strerror(errno));
        return false;
    }
    return setenv("FOTARIG_BISECT_BUILD", given->build, 1) == 0 &&
           setenv("FOTARIG_BISECT_PROGRAM", given->program, 1) == 0 &&
           setenv("FOTARIG_BISECT_SCENARIOS", scenarios, 1) == 0 &&
           setenv("FOTARIG_BISECT_TOKEN", token, 1) == 0;
}

static int bisect(int argc, char **argv)
{
    struct bisect_options given;
    struct cli_operands operands;
    struct campaign_token token;
    struct search search = {.tree = "."};
    int status = cli_parse(&cli_command_bisect, argc, argv, &given, sizeof given, &operands);
    if (status != CLI_GO_ON)
        return status;
    if (!campaign_token_parse(operands.items[0], &token))
        return cli_usage_error(&cli_command_bisect,
                               "'%s' is no token; a failure prints one like 3f2a9c01.0.1.-",
                               operands.items[0]);
    if (!set_environment(&given, operands.items[0]))
        return CLI_EXIT_INVALID;
    const char *temporary = getenv("TMPDIR");
    char folder[PATH_MAX - 16];
    snprintf(folder, sizeof folder, "%s/fotarig-bisect-XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(folder)) {
        cli_error(&cli_command_bisect, "%s: %s", folder, strerror(errno));
        return CLI_EXIT_ENVIRONMENT;
    }
    snprintf(search.log, sizeof search.log, "%s/log", folder);
    search.good = operands.items[1];
    search.bad = operands.items[2];
    char tree[PATH_MAX];
    snprintf(tree, sizeof tree, "%s/tree", folder);
    if (!is_commit(&search, search.good) || !is_commit(&search, search.bad)) {
        status = CLI_EXIT_ENVIRONMENT;
    } else if (GIT(&search, "worktree", "add", "--detach", tree, search.bad) != 0) {
        status = git_failed(&search);
    } else {
        snprintf(search.tree, sizeof search.tree, "%s", tree);
        status = search_between(&search);
        snprintf(search.tree, sizeof search.tree, ".");
        (void)GIT(&search, "worktree", "remove", "--force", tree);
    }
    if (status != CLI_EXIT_FAILED) {
        unlink(search.log);
        rmdir(folder);
    }
    return status;
}
