// Sticky shares: the same header value always gets the same tag.

#ifndef LANEWAY_TAG_H
#define LANEWAY_TAG_H

#include "text.h"

// The tag of a header value: its number modulo `modulo`, and the first of the partitions, written
// `20=s2,80=s1`, whose added up sizes exceed the number. Empty when none does.
struct text tag_of(struct text value, u32 modulo, struct text partitions);

// Whether a request's authority is meant by a rule for `host`: all, one host, or `*.domain`.
int meant(struct text host, struct text authority);

#endif
