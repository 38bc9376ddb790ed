/* main.c - only wires: everything is in the library, so that tests can link it. */
#include "harness/cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
