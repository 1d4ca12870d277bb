// A fixed number of buckets in Envoy's shared data, eight slots each, one value per bucket.
//
// Shared data can neither delete nor list, so nothing is ever added to what `prepare` makes: that
// bounds memory. A bucket is changed by compare-and-swap; it must exist before, because the first
// write of a key cannot be compared with anything. When a bucket is full, a slot goes whose requests
// have ended, the oldest first; one that is still in use goes only if there is no other.

#include "memory.h"

enum { WAYS = 8, TRIES = 32, HEAD = 28, MOST_BYTES = WAYS * (HEAD + LONGEST_LANE) };

struct slot {
  struct digest id;
  u64 seen; // microseconds since 1970
  u16 running;
  u8 ambiguous;
  struct lane lane;
};

struct bucket {
  struct slot slots[WAYS];
  u32 count, version;
};

static u64 key[2];
static const struct text KEY = TEXT("laneway|key");

static struct text name_of(u32 buckets, u32 index, struct writer *into) {
  put(into, TEXT("laneway|"));
  put_number(into, buckets);
  put(into, TEXT("|"));
  put_number(into, index);
  return written(into);
}

static u64 now(void) {
  u64 nanoseconds = 0;
  host_time(&nanoseconds);
  return nanoseconds / 1000;
}

static void copy(void *to, const void *from, u32 size) { __builtin_memcpy(to, from, size); }

static int same_id(struct digest one, struct digest other) {
  return one.low == other.low && one.high == other.high;
}

static int load(u32 buckets, u32 index, struct bucket *into) {
  char space[32], *value;
  struct writer name = {space, 0, sizeof space, 0};
  struct text named = name_of(buckets, index, &name);
  u32 size = 0;
  into->count = into->version = 0;
  if (host_load(named.at, named.size, &value, &size, &into->version) != OK) return 0;
  for (u32 at = 0; size - at >= HEAD && into->count < WAYS; into->count++) {
    struct slot *slot = &into->slots[into->count];
    copy(&slot->id, value + at, 16);
    copy(&slot->seen, value + at + 16, 8);
    copy(&slot->running, value + at + 24, 2);
    slot->ambiguous = (u8)value[at + 26];
    slot->lane.size = (u8)value[at + 27];
    at += HEAD;
    if (slot->lane.size > LONGEST_LANE || slot->lane.size > size - at) break;
    copy(slot->lane.text, value + at, slot->lane.size);
    at += slot->lane.size;
  }
  return 1;
}

static u32 store(u32 buckets, u32 index, const struct bucket *from) {
  char space[32], value[MOST_BYTES];
  struct writer name = {space, 0, sizeof space, 0};
  struct text named = name_of(buckets, index, &name);
  u32 at = 0;
  for (u32 i = 0; i < from->count; i++) {
    const struct slot *slot = &from->slots[i];
    copy(value + at, &slot->id, 16);
    copy(value + at + 16, &slot->seen, 8);
    copy(value + at + 24, &slot->running, 2);
    value[at + 26] = (char)slot->ambiguous;
    value[at + 27] = (char)slot->lane.size;
    copy(value + at + HEAD, slot->lane.text, slot->lane.size);
    at += HEAD + slot->lane.size;
  }
  return host_store(named.at, named.size, value, at, from->version);
}

static int is_over(struct limits limits, const struct slot *slot, u64 time) {
  u64 age = time > slot->seen ? time - slot->seen : 0;
  return age >= (slot->running ? limits.keep : limits.linger) * 1000000ull;
}

static struct slot *seek(struct limits limits, struct bucket *in, struct digest id, u64 time) {
  for (u32 i = 0; i < in->count; i++) {
    struct slot *slot = &in->slots[i];
    if (same_id(slot->id, id)) return is_over(limits, slot, time) ? 0 : slot;
  }
  return 0;
}

// The slot for a new id: its own from before, a free one, or the one that is missed least.
static struct slot *room(struct limits limits, struct bucket *in, struct digest id, u64 time) {
  struct slot *least = 0;
  for (u32 i = 0; i < in->count; i++)
    if (same_id(in->slots[i].id, id)) return &in->slots[i];
  if (in->count < WAYS) {
    in->slots[in->count].running = 0;
    return &in->slots[in->count++];
  }
  for (u32 i = 0; i < WAYS; i++) {
    struct slot *slot = &in->slots[i];
    if (is_over(limits, slot, time)) slot->running = 0;
    int better = !least || !slot->running > !least->running;
    if (better || (!slot->running == !least->running && slot->seen < least->seen)) least = slot;
  }
  return least;
}

static enum outcome write(struct limits limits, struct bucket *in, struct digest id, struct text lane) {
  u64 time = now();
  struct slot *slot = seek(limits, in, id, time);
  enum outcome outcome = DONE;
  if (!slot) {
    slot = room(limits, in, id, time);
    if (slot->running && !same_id(slot->id, id)) outcome = PUSHED_OUT;
    *slot = (struct slot){.id = id};
    slot->lane.size = (u8)lane.size;
    copy(slot->lane.text, lane.at, lane.size);
  } else if (!same((struct text){slot->lane.text, slot->lane.size}, lane)) {
    slot->ambiguous = 1;
  }
  if (slot->running < 0xffff) slot->running++;
  slot->seen = time;
  return outcome;
}

static enum outcome end(struct limits limits, struct bucket *in, struct digest id) {
  u64 time = now();
  struct slot *slot = seek(limits, in, id, time);
  if (!slot || !slot->running) return NONE;
  slot->running--;
  slot->seen = time;
  return DONE;
}

static enum outcome drop(struct limits limits, struct bucket *in, struct digest id) {
  struct slot *slot = seek(limits, in, id, now());
  if (!slot || slot->running) return NONE;
  *slot = in->slots[--in->count];
  return DONE;
}

enum change { WRITE, END, DROP };

static enum outcome change(struct limits limits, struct digest id, enum change what, struct text lane) {
  u32 index = (u32)(id.low % limits.buckets);
  for (u32 tries = 0; tries < TRIES; tries++) {
    struct bucket bucket;
    if (!load(limits.buckets, index, &bucket)) return GAVE_UP;
    enum outcome outcome = what == WRITE ? write(limits, &bucket, id, lane)
                           : what == END ? end(limits, &bucket, id)
                                         : drop(limits, &bucket, id);
    if (outcome == NONE) return NONE;
    u32 status = store(limits.buckets, index, &bucket);
    if (status != CAS_MISMATCH) return status == OK ? outcome : GAVE_UP;
  }
  return GAVE_UP;
}

enum outcome remember(struct limits limits, struct digest id, struct text lane) {
  return change(limits, id, WRITE, first(lane, LONGEST_LANE));
}

enum outcome release(struct limits limits, struct digest id) {
  return change(limits, id, END, TEXT(""));
}

enum outcome forget(struct limits limits, struct digest id) {
  return change(limits, id, DROP, TEXT(""));
}

enum outcome recall(struct limits limits, struct digest id, struct lane *lane) {
  struct bucket bucket;
  if (!load(limits.buckets, (u32)(id.low % limits.buckets), &bucket)) return NONE;
  struct slot *slot = seek(limits, &bucket, id, now());
  if (!slot) return NONE;
  if (slot->ambiguous) return TWO_LANES;
  *lane = slot->lane;
  return DONE;
}

// Part by part with its length before it, so that no two triples spell the same.
struct digest remembered_as(struct text workload, struct text group, struct text id) {
  char space[1024];
  struct writer all = {space, 0, sizeof space, 0};
  struct text parts[] = {workload, group, id};
  for (u32 i = 0; i < 3; i++) {
    put_number(&all, parts[i].size);
    put(&all, TEXT(":"));
    put(&all, parts[i]);
  }
  return sip_hash(key, written(&all));
}

static int has_key(void) {
  char *value;
  u32 size, version;
  if (host_load(KEY.at, KEY.size, &value, &size, &version) != OK || size != sizeof key) return 0;
  copy(key, value, sizeof key);
  return 1;
}

int prepare(struct limits limits) {
  struct bucket bucket;
  if (!has_key()) {
    if (host_random((u8 *)key, sizeof key) != OK) return 0;
    if (host_store(KEY.at, KEY.size, (const char *)key, sizeof key, 0) != OK) return 0;
  }
  // The last one is made last: where it is, all are.
  if (load(limits.buckets, limits.buckets - 1, &bucket)) return 1;
  bucket.count = bucket.version = 0;
  for (u32 i = 0; i < limits.buckets; i++)
    if (store(limits.buckets, i, &bucket) != OK) return 0;
  return 1;
}
