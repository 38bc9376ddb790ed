/* image_proof.h - an image is only given a name when the reader takes it. */
#ifndef FOTARIG_HARNESS_CLI_IMAGE_PROOF_H
#define FOTARIG_HARNESS_CLI_IMAGE_PROOF_H

#include "harness/serve/serve.h"
#include "sim/image.h"

/*
 * Reads an image that was just written of `module` into a module beside it. False: the reader
 * refuses it (or there is no memory), and reterr_text says why; values that it leaves out are in
 * *ret_report and no reason to refuse: they are told when it is loaded.
 */
bool cli_image_proves(const struct bench_module *module, enum sim_image_kind kind,
                      const void *bytes, size_t size, struct sim_image_report *ret_report,
                      char *reterr_text, size_t reterr_capacity);

#endif
