// Sticky shares: the same header value always gets the same tag.

#ifndef LANEWAY_TAG_H
#define LANEWAY_TAG_H

#include "text.h"

// The tag of a header value: its number modulo `modulo`, and the first of the partitions, written
// `20=s2,80=s1`, whose added up sizes exceed the number. Empty when none does.
struct text tag_of(struct text value, u32 modulo, struct text partitions);

// Whether a rule for `host` (all, one host, or `*.domain`) means a request's authority. Letters count
// in either case, as when Envoy chooses a virtual host: else a client could get by the rule.
int meant(struct text host, struct text authority);
int meant_for_all(struct text host);

#endif
