// A fixed number of buckets in Envoy's shared data, eight slots each, one value per bucket.
//
// Shared data can neither delete nor list, so nothing is ever added to what `prepare` makes: that
// bounds memory. A bucket is changed by compare-and-swap; it must exist before, because the first
// write of a key cannot be compared with anything. When a bucket is full, a slot goes whose requests
// have ended, the oldest first; one that is still in use goes only if there is no other.

#include "memory.h"

enum { WAYS = 8, TRIES = 32, HEAD = 28, MOST_BYTES = WAYS * (HEAD + LONGEST_LANE) };

// As it lies in a bucket: one behind the other, the lane at its real length.
struct __attribute__((packed)) slot {
  struct digest id;
  u64 seen; // microseconds since 1970
  u16 running;
  u8 ambiguous, size;
  char lane[];
};

struct bucket {
  u32 size, count, version;
  char bytes[MOST_BYTES];
};

_Static_assert(sizeof(struct slot) == HEAD, "a slot has no padding");

static u64 key[2];
static const struct text KEY = TEXT("laneway|key");

// A bucket is edited where it was read to. One is enough: no callback runs within another.
static struct bucket at_hand;

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

static void copy(void *to, const void *from, u32 size) { __builtin_memmove(to, from, size); }

static struct slot *start_of(struct bucket *in) { return (struct slot *)in->bytes; }
static struct slot *end_of(struct bucket *in) { return (struct slot *)(in->bytes + in->size); }
static u32 size_of(const struct slot *slot) { return HEAD + slot->size; }
static struct slot *next(struct slot *slot) { return (struct slot *)((char *)slot + size_of(slot)); }

// Takes the slots that are whole: a bucket may have been written by anybody who names the key.
static void measure(struct bucket *in, u32 most) {
  in->size = in->count = 0;
  while (in->count < WAYS && most - in->size >= HEAD) {
    const struct slot *slot = end_of(in);
    if (slot->size > LONGEST_LANE || slot->size > most - in->size - HEAD) return;
    in->size += size_of(slot);
    in->count++;
  }
}

static int load(u32 buckets, u32 index, struct bucket *into) {
  char space[32], *value = 0;
  struct writer name = {space, 0, sizeof space, 0};
  struct text named = name_of(buckets, index, &name);
  u32 size = 0;
  if (host_load(named.at, named.size, &value, &size, &into->version) != OK) return 0;
  if (size > MOST_BYTES) size = MOST_BYTES;
  if (size) copy(into->bytes, value, size);
  measure(into, size);
  return 1;
}

static u32 store(u32 buckets, u32 index, const struct bucket *from) {
  char space[32];
  struct writer name = {space, 0, sizeof space, 0};
  struct text named = name_of(buckets, index, &name);
  return host_store(named.at, named.size, from->bytes, from->size, from->version);
}

static int is_over(struct limits limits, const struct slot *slot, u64 time) {
  u64 age = time > slot->seen ? time - slot->seen : 0;
  return age >= (slot->running ? limits.keep : limits.linger) * 1000000ull;
}

static struct slot *seek(struct bucket *in, struct digest id) {
  for (struct slot *slot = start_of(in); slot != end_of(in); slot = next(slot))
    if (slot->id.low == id.low && slot->id.high == id.high) return slot;
  return 0;
}

static void take_out(struct bucket *in, struct slot *slot) {
  u32 size = size_of(slot);
  copy(slot, next(slot), (u32)((char *)end_of(in) - (char *)next(slot)));
  in->size -= size;
  in->count--;
}

static struct slot *put_in(struct bucket *in, struct digest id, struct text lane) {
  struct slot *slot = end_of(in);
  *slot = (struct slot){.id = id, .size = (u8)lane.size};
  copy(slot->lane, lane.at, lane.size);
  in->size += size_of(slot);
  in->count++;
  return slot;
}

// The slot that is missed least.
static struct slot *least(struct limits limits, struct bucket *in, u64 time) {
  struct slot *found = 0;
  for (struct slot *slot = start_of(in); slot != end_of(in); slot = next(slot)) {
    if (is_over(limits, slot, time)) slot->running = 0;
    int idler = !found || !slot->running > !found->running;
    if (idler || (!slot->running == !found->running && slot->seen < found->seen)) found = slot;
  }
  return found;
}

static enum outcome write(struct limits limits, struct bucket *in, struct digest id, struct text lane) {
  u64 time = now();
  struct slot *slot = seek(in, id);
  enum outcome outcome = DONE;
  if (slot && is_over(limits, slot, time)) {
    take_out(in, slot);
    slot = 0;
  }
  if (!slot) {
    if (in->count == WAYS) {
      struct slot *pushed = least(limits, in, time);
      if (pushed->running) outcome = PUSHED_OUT;
      take_out(in, pushed);
    }
    slot = put_in(in, id, lane);
  } else if (!same((struct text){slot->lane, slot->size}, lane)) {
    slot->ambiguous = 1;
  }
  if (slot->running < 0xffff) slot->running++;
  slot->seen = time;
  return outcome;
}

static enum outcome end(struct limits limits, struct bucket *in, struct digest id) {
  u64 time = now();
  struct slot *slot = seek(in, id);
  if (!slot || !slot->running || is_over(limits, slot, time)) return NONE;
  slot->running--;
  slot->seen = time;
  return DONE;
}

static enum outcome drop(struct limits limits, struct bucket *in, struct digest id) {
  struct slot *slot = seek(in, id);
  if (!slot || (slot->running && !is_over(limits, slot, now()))) return NONE;
  take_out(in, slot);
  return DONE;
}

enum change { WRITE, END, DROP };

static enum outcome change(struct limits limits, struct digest id, enum change what, struct text lane) {
  u32 index = (u32)(id.low % limits.buckets);
  for (u32 tries = 0; tries < TRIES; tries++) {
    if (!load(limits.buckets, index, &at_hand)) return GAVE_UP;
    enum outcome outcome = what == WRITE ? write(limits, &at_hand, id, lane)
                           : what == END ? end(limits, &at_hand, id)
                                         : drop(limits, &at_hand, id);
    if (outcome == NONE) return NONE;
    u32 status = store(limits.buckets, index, &at_hand);
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

enum outcome recall(struct limits limits, struct digest id, struct text *lane) {
  if (!load(limits.buckets, (u32)(id.low % limits.buckets), &at_hand)) return NONE;
  struct slot *slot = seek(&at_hand, id);
  if (!slot || is_over(limits, slot, now())) return NONE;
  if (slot->ambiguous) return TWO_LANES;
  *lane = (struct text){slot->lane, slot->size};
  return DONE;
}

struct digest whose(struct text workload, struct text group) {
  char space[16];
  struct writer size = {space, 0, sizeof space, 0};
  put_number(&size, workload.size);
  put(&size, TEXT(":"));
  struct text parts[] = {written(&size), workload, group};
  return sip_hash(key, parts, 3);
}

struct digest remembered_as(struct digest whose, struct text id) {
  u64 own[2] = {whose.low, whose.high};
  return sip_hash(own, &id, 1);
}

static int has_key(void) {
  char *value = 0;
  u32 size = 0, version;
  if (host_load(KEY.at, KEY.size, &value, &size, &version) != OK || size != sizeof key) return 0;
  copy(key, value, sizeof key);
  return 1;
}

int prepare(struct limits limits) {
  if (!has_key()) {
    if (host_random((u8 *)key, sizeof key) != OK) return 0;
    if (host_store(KEY.at, KEY.size, (const char *)key, sizeof key, 0) != OK) return 0;
  }
  // The last one is made last: where it is, all are.
  if (load(limits.buckets, limits.buckets - 1, &at_hand)) return 1;
  at_hand.size = at_hand.count = at_hand.version = 0;
  for (u32 i = 0; i < limits.buckets; i++)
    if (store(limits.buckets, i, &at_hand) != OK) return 0;
  return 1;
}
