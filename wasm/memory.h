// What is remembered under an id, shared by all workers and listeners of one Envoy.

#ifndef LANEWAY_MEMORY_H
#define LANEWAY_MEMORY_H

#include "digest.h"

enum { LONGEST_LANE = 63 };

// `buckets` slots of eight each; seconds an id is kept after the last request that carried it has
// ended, and at most while one has not.
struct limits {
  u32 buckets, linger, keep;
};

enum outcome { DONE, NONE, TWO_LANES, PUSHED_OUT, GAVE_UP };

// Makes all buckets and the key, once per Envoy. To be called while no request runs yet.
int prepare(struct limits limits);

// Whose ids they are. One Envoy may serve many workloads, and each group is apart. Once prepared.
struct digest whose(struct text workload, struct text group);
struct digest remembered_as(struct digest whose, struct text id);

// A request came in and has begun: DONE, PUSHED_OUT (another one had to go), GAVE_UP.
enum outcome remember(struct limits limits, struct digest id, struct text lane);
// That request has ended.
enum outcome release(struct limits limits, struct digest id);
// A request without a lane came in under an id of which no request runs any more.
enum outcome forget(struct limits limits, struct digest id);
// DONE and the lane, valid until the next call of any of these; NONE; TWO_LANES.
enum outcome recall(struct limits limits, struct digest id, struct text *lane);

#endif
