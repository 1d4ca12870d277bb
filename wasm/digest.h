// A keyed digest of 128 bits: who does not know the key can neither aim at a slot nor make two ids
// collide.

#ifndef LANEWAY_DIGEST_H
#define LANEWAY_DIGEST_H

#include "text.h"

struct digest {
  u64 low, high;
};

// SipHash-2-4 of texts one behind the other, 128 bits wide.
// https://www.aumasson.jp/siphash/siphash.pdf
struct digest sip_hash(const u64 key[2], const struct text *parts, u32 count);

// FNV-1a, 64 bits wide. https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
u64 fnv_1a(struct text message);

#endif
