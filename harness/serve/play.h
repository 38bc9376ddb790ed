/*
 * play.h - the module's side of a scenario, played to a served module: its configuration, flash and
 * server, and its events, while the client is somebody's own program.
 *
 * The event engine and the wire's faults are those of run.h. The run that they need is never begun:
 * its core and its module are not used, its lanes are passed in no time.
 */
#ifndef FOTARIG_HARNESS_SERVE_PLAY_H
#define FOTARIG_HARNESS_SERVE_PLAY_H

#include "harness/bench/case.h"
#include "harness/scenario/scenario.h"
#include "harness/serve/serve.h"

struct bench_play;

/*
 * Sets a bench up for one module; `shared` is the case, the same for all modules that play it, and
 * must outlive it. NULL: no memory.
 */
struct bench_play *bench_play_new(const struct bench_case *shared);
void bench_play_free(struct bench_play *play);

/* An event of the scenario has fired: its index. Called from bench_module_leave(). */
typedef void bench_play_fired(void *context, const struct bench_module *module, unsigned event);

/*
 * Plays it to a module that was made with its configuration, from the time that the module is
 * attached. `fired` may be NULL.
 */
void bench_play_begin(struct bench_play *play, struct bench_module *module, bench_play_fired *fired,
                      void *context);

/* How often an event has fired and its actions were done. */
unsigned bench_play_count(const struct bench_play *play, unsigned event);

/* ---- for serve: `module->play` is not NULL ------------------------------------------------- */

void bench_play_event(struct bench_module *module, uint64_t now_us, const struct sim_event *event);
/* Does what is due; the module's time of the next call. */
uint64_t bench_play_run(struct bench_module *module);
/*
 * Bytes pass the wire with its faults, and go on to the module or to its UART's ports. Behind those
 * of a client stand `ahead` more that it has sent already.
 */
void bench_play_send(struct bench_module *module, bool from_module, const uint8_t *bytes,
                     size_t size, size_t ahead, uint32_t baud_bps);
/* Answers a request as the scenario's server does. */
void bench_play_serve(struct bench_module *module, const struct sim_http_request *request);

#endif
