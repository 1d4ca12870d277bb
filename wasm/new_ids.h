// New ids, for requests that come without one or with one that programs here do not read.

#ifndef LANEWAY_NEW_IDS_H
#define LANEWAY_NEW_IDS_H

#include "ids.h"

enum { TRACE_BYTES = 16, SPAN_BYTES = 8 };

// What a header is written from: a trace and a span behind it, and whether the trace was said not to
// be recorded.
struct new_id {
  u8 bytes[TRACE_BYTES + SPAN_BYTES];
  int unsampled;
};

// A trace that begins here, from bytes that are random; of ten thousand `sampled` are recorded, by
// their ids. Datadog's own have 64 bits.
void begin(struct new_id *here, enum id_kind kind, u32 sampled);
// One that goes on here, where its id is a number.
void go_on_with(struct new_id *here, struct text id);

// Whether a value that names a trace says that it is not to be recorded. `sampled` is the value of
// the header that says so where another one does.
int is_unsampled(enum id_kind kind, struct text value, struct text sampled);
// That other header; empty where there is none.
struct text sampled_of(enum id_kind kind);

// The value of a header of this kind. `had` is what it held instead of an id.
struct text new_trace(enum id_kind kind, struct text had, const struct new_id *from, struct writer *into);
// Amazon's fields behind a Root; `had` is what there is of them.
void put_parent(struct text had, const struct new_id *from, struct writer *into);

// What goes with it in a header of its own: a span of b3, the upper half of Datadog's. The header is
// empty where there is none.
struct text new_rest(enum id_kind kind, const struct new_id *from, struct text *header, struct writer *into);

#endif
