// Digests of text.

#include "digest.h"

static u64 rotate(u64 value, u32 by) { return value << by | value >> (64 - by); }

static void rounds(u64 v[4], u32 count) {
  while (count--) {
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
  }
}

static void take(u64 v[4], u64 word) {
  v[3] ^= word;
  rounds(v, 2);
  v[0] ^= word;
}

struct digest sip_hash(const u64 key[2], const struct text *parts, u32 count) {
  u64 v[4] = {
      key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d ^ 0xee,
      key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573,
  };
  struct digest result;
  u64 word = 0;
  u32 size = 0;
  for (u32 part = 0; part < count; part++)
    for (u32 i = 0; i < parts[part].size; i++) {
      word |= (u64)(u8)parts[part].at[i] << (size % 8 * 8);
      if (++size % 8) continue;
      take(v, word);
      word = 0;
    }
  take(v, word | (u64)(size & 255) << 56);
  v[2] ^= 0xee;
  rounds(v, 4);
  result.low = v[0] ^ v[1] ^ v[2] ^ v[3];
  v[1] ^= 0xdd;
  rounds(v, 4);
  result.high = v[0] ^ v[1] ^ v[2] ^ v[3];
  return result;
}

u64 fnv_1a(struct text message) {
  u64 hash = 0xcbf29ce484222325;
  for (u32 i = 0; i < message.size; i++) hash = (hash ^ (u8)message.at[i]) * 0x100000001b3;
  return hash;
}
