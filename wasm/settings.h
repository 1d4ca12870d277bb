// What one plugin was configured to do.

#ifndef LANEWAY_SETTINGS_H
#define LANEWAY_SETTINGS_H

#include "ids.h"

enum role { NO_ROLE, INBOUND, OUTBOUND, ENTRY, TAG, BAGGAGE };

enum counter { REMEMBERED, RESTORED, UNKNOWN, AMBIGUOUS, EVICTED, CONTENDED, COUNTERS };
// What is counted of baggage, in the same places.
enum baggage_counter { JOINED, IN_ORDER, WITHOUT, SHORTER, BAGGAGE_COUNTERS };

// All texts lie in `space`.
struct settings {
  enum role role;
  struct text workload, group, route_header, trace_header;
  struct text members; // of baggage, that hold lanes
  struct text header, tag_header, partitions, host;
  enum id_kind trace_kind; // of the trace header
  u32 modulo, buckets, linger, keep;
  u32 sampled; // new traces of ten thousand that are to be recorded
  int completes; // a Root of Amazon's without a parent gets one
  u32 metrics[COUNTERS];
  u32 used;
  char space[1024];
};

// Reads a flat JSON object whose values are strings or whole numbers. Returns 0 and says in `flaw`
// what is wrong; a name it does not know is wrong.
int read_settings(struct settings *into, struct text json, struct text *flaw);

#endif
