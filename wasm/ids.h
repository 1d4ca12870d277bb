// The id of a trace within the headers that carry it. One trace is spelled in many ways, and a
// program may take it in one and send it in another: what comes out here is one and the same text.

#ifndef LANEWAY_IDS_H
#define LANEWAY_IDS_H

#include "text.h"

// Which headers carry an id, in the order they are asked behind a group's own. A balancer adds
// Amazon's by itself and every Envoy a request id, so programs' own ids go before them. What is
// none of these is an id as it stands.
enum id_kind {
  TRACEPARENT, B3, B3_MULTI, JAEGER, DATADOG, GOOGLE, SKYWALKING, AMAZON, REQUEST_ID, PLAIN,
};

enum { ID_SPACE = 384, TRACE_DIGITS = 32 };

enum id_kind kind_of(struct text header);
// The header of a kind; empty for PLAIN.
struct text header_of(enum id_kind kind);
// The header that says the rest: the upper half of Datadog's ids. Empty where one header says all.
struct text rest_of(enum id_kind kind);

// What all requests of one trace have in common, written into `into`, which holds at least ID_SPACE
// bytes. `rest` is the value of the header that says the rest. Empty when there is no id.
//
// Ids of 128 bits are 32 lower-case digits, shorter ones with zeros before them: as every program
// spells them that was given fewer. What is no number stands behind its kind, so it meets none.
struct text trace_id(enum id_kind kind, struct text value, struct text rest, struct writer *into);
// Whether an id is a number, which any of the headers for numbers can carry.
int is_number(struct text id);
// Whether programs read the id in a value, which they are stricter about than `trace_id`.
int is_well_spelled(enum id_kind kind, struct text value);
// Whether a value of Amazon's names a parent; without one programs begin a trace of their own.
int has_parent(struct text value);

#endif
