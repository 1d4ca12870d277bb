// The id of a trace within the header that carries it, and new ids for requests without one.

#ifndef LANEWAY_IDS_H
#define LANEWAY_IDS_H

#include "text.h"

// What all requests of one trace have in common, written into `into`, which holds at least 256
// bytes. Empty when the header holds no id: malformed, or longer than that.
struct text trace_id(struct text header, struct text value, struct writer *into);

// The value of a header for a trace that begins here. `random` are 24 bytes, `had` is what the header
// held instead of an id.
struct text new_trace(struct text header, struct text had, const u8 *random, struct writer *into);

// The span that goes with it, where it has a header of its own; else empty.
struct text new_span(struct text header, const u8 *random, struct writer *into);

#endif
