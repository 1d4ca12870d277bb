// W3C baggage over any number of header lines. https://www.w3.org/TR/baggage/

#ifndef LANEWAY_BAGGAGE_H
#define LANEWAY_BAGGAGE_H

#include "text.h"

enum { MOST_BAGGAGE = 8192 };

// The value of the member `key`, decoded; empty when there is none, or several that differ.
// `pairs` are a request's headers as the host lays them out.
struct text member_of(struct text pairs, struct text key, struct writer *into);

// All members but those named `key` on one line that leaves room for one such member of `spare`
// bytes within the limits of W3C; what goes beyond them is left out, the last first.
struct text others_of(struct text pairs, struct text key, u32 spare, struct writer *into);

#endif
