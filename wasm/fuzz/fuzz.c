// The filter outside of Envoy, under sanitizers: requests as programs send them and worse, without
// end. Every text the host hands over ends where its memory ends, so that a byte read too many is
// seen. What comes out is held against what the filter promises of any input:
//
// - a trace that came in under one spelling is met again under another, as long as it is remembered
// - baggage in order is within the limits, has the lane first, and is not changed a second time
// - shared data has as many keys as at the start, none longer than a bucket is
//
//     fuzz OPERATIONS SEED

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host.h"

void on_context_create(u32 number, u32 parent);
u32 on_configure(u32 number, u32 size);
u32 on_request_headers(u32 number, u32 count, u32 last);
void on_delete(u32 number);

#define COUNT(of) (sizeof(of) / sizeof((of)[0]))
enum { MOST_HEADERS = 24, MOST_VALUE = 1 << 14, BUCKETS = 64, LONGEST_BUCKET = 8 * (28 + 63) };

struct header {
  char name[64], value[MOST_VALUE];
  u32 size;
};

static struct header headers[MOST_HEADERS];
static u32 header_count;
static const char *configuration;
static u64 state, counted[64], clock_now = 1;
static u32 metrics, stored_keys, operations_done;

static u64 draw(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}
static u32 below(u32 most) { return (u32)(draw() % most); }

static void fail(const char *what) {
  fprintf(stderr, "operation %u: %s\n", operations_done, what);
  for (u32 i = 0; i < header_count; i++)
    fprintf(stderr, "  %s: %.*s\n", headers[i].name, (int)headers[i].size, headers[i].value);
  abort();
}

// What the host has handed over in this callback.
static char *handed[256];
static u32 handed_count;

static u32 hand_over(const void *from, u32 size, char **text, u32 *given) {
  char *copy = malloc(size ? size : 1);
  memcpy(copy, from, size);
  if (handed_count == COUNT(handed)) fail("more texts asked for than a request may");
  handed[handed_count++] = copy;
  *text = copy, *given = size;
  return OK;
}
static void take_back(void) {
  while (handed_count) free(handed[--handed_count]);
}

static int is_named(const struct header *one, const char *name, u32 size) {
  return strlen(one->name) == size && !memcmp(one->name, name, size);
}
static struct header *named(const char *name, u32 size) {
  for (u32 i = 0; i < header_count; i++)
    if (is_named(&headers[i], name, size)) return &headers[i];
  return 0;
}

u32 host_log(u32 level, const char *text, u32 size) {
  fprintf(stderr, "%u: %.*s\n", level, (int)size, text);
  return OK;
}
u32 host_time(u64 *nanoseconds) { return *nanoseconds = clock_now += 1000, OK; }
u32 host_random(u8 *bytes, u32 size) {
  for (u32 i = 0; i < size; i++) bytes[i] = (u8)draw();
  return OK;
}
u32 host_buffer(u32 kind, u32 start, u32 most, char **text, u32 *size) {
  (void)kind, (void)start, (void)most;
  return hand_over(configuration, (u32)strlen(configuration), text, size);
}
u32 host_header(u32 map, const char *name, u32 name_size, char **text, u32 *size) {
  (void)map;
  struct header *found = named(name, name_size);
  return found ? hand_over(found->value, found->size, text, size) : NOT_FOUND;
}
u32 host_headers(u32 map, char **pairs, u32 *size) {
  static char space[MOST_HEADERS * (MOST_VALUE + 128)];
  (void)map;
  u32 at = 4 + header_count * 8;
  memcpy(space, &header_count, 4);
  for (u32 i = 0; i < header_count; i++) {
    u32 name_size = (u32)strlen(headers[i].name);
    memcpy(space + 4 + i * 8, &name_size, 4);
    memcpy(space + 8 + i * 8, &headers[i].size, 4);
    memcpy(space + at, headers[i].name, name_size + 1), at += name_size + 1;
    memcpy(space + at, headers[i].value, headers[i].size), at += headers[i].size;
    space[at++] = 0;
  }
  return hand_over(space, at, pairs, size);
}
u32 host_remove_header(u32 map, const char *name, u32 name_size) {
  u32 kept = 0;
  (void)map;
  for (u32 i = 0; i < header_count; i++)
    if (!is_named(&headers[i], name, name_size)) {
      if (kept != i) headers[kept] = headers[i];
      kept++;
    }
  header_count = kept;
  return OK;
}
static void add(const char *name, const void *value, u32 size) {
  if (header_count == MOST_HEADERS) return;
  struct header *one = &headers[header_count++];
  snprintf(one->name, sizeof one->name, "%s", name);
  one->size = size < MOST_VALUE ? size : MOST_VALUE;
  memcpy(one->value, value, one->size);
}
u32 host_set_header(u32 map, const char *name, u32 name_size, const char *text, u32 size) {
  char copy[64];
  snprintf(copy, sizeof copy, "%.*s", (int)name_size, name);
  if (size > MOST_VALUE) fail("a header longer than any that came in");
  char *value = malloc(size ? size : 1);
  memcpy(value, text, size);
  host_remove_header(map, name, name_size);
  add(copy, value, size);
  free(value);
  return OK;
}

static struct stored {
  char key[32], value[LONGEST_BUCKET];
  u32 key_size, size, version;
} stored[BUCKETS + 1];

static struct stored *stored_as(const char *key, u32 size) {
  for (u32 i = 0; i < stored_keys; i++) // the place of a bucket is its number, behind the key's own
    if (stored[i].key_size == size && !memcmp(stored[i].key, key, size)) return &stored[i];
  return 0;
}
u32 host_load(const char *key, u32 key_size, char **value, u32 *size, u32 *version) {
  struct stored *found = stored_as(key, key_size);
  if (!found) return NOT_FOUND;
  *version = found->version;
  return hand_over(found->value, found->size, value, size);
}
u32 host_store(const char *key, u32 key_size, const char *value, u32 size, u32 version) {
  struct stored *found = stored_as(key, key_size);
  if (!found) {
    if (stored_keys == COUNT(stored)) fail("shared data grows");
    found = &stored[stored_keys++];
    found->key_size = key_size, found->version = 0;
    memcpy(found->key, key, key_size);
  } else if (version != found->version || !below(64)) {
    return found->version++, CAS_MISMATCH; // another worker was there before
  }
  if (size > LONGEST_BUCKET) fail("a bucket grows");
  memcpy(found->value, value, size);
  found->size = size, found->version++;
  return OK;
}
u32 host_define_metric(u32 kind, const char *name, u32 size, u32 *metric) {
  (void)kind, (void)name, (void)size;
  return *metric = metrics++ % COUNT(counted), OK;
}
u32 host_increment(u32 metric, u64 by) { return counted[metric] += by, OK; }

// -------------------------------------------------------------------- requests

static const char *LANES[] = {"s1", "s2", "s3"};
static const char *OWN[] = {
    "traceparent", "b3",   "x-b3-traceid",    "uber-trace-id", "x-datadog-trace-id",
    "x-cloud-trace-context", "sw8", "x-amzn-trace-id", "x-request-id",  "my-trace",
};
enum { ROLES = 3, TRACED = COUNT(OWN) * ROLES, BAGGAGE_1 = TRACED + 1, BAGGAGE_2, JOINING, TAGGING };

static void configured(u32 number, const char *text) {
  configuration = text;
  on_context_create(number, 0);
  if (!on_configure(number, (u32)strlen(text))) fail(text);
  take_back();
}

static void set_up(void) {
  static const char *roles[ROLES] = {"inbound", "outbound", "entry"};
  char text[512];
  for (u32 i = 0; i < TRACED; i++) {
    snprintf(text, sizeof text,
             "{\"role\":\"%s\",\"group\":\"g%u\",\"routeHeader\":\"x-lane\",\"traceHeader\":\"%s\","
             "\"buckets\":\"%u\",\"linger\":\"3600\",\"sampled\":\"%u\"}",
             roles[i % ROLES], i / ROLES, OWN[i / ROLES], BUCKETS, i * 77);
    configured(i + 1, text);
  }
  configured(BAGGAGE_1, "{\"role\":\"baggage\",\"members\":\"x-lane\"}");
  configured(BAGGAGE_2, "{\"role\":\"baggage\",\"members\":\"x-lane,x-other-lane\"}");
  configured(JOINING, "{\"role\":\"baggage\"}");
  configured(TAGGING, "{\"role\":\"tag\",\"header\":\"user\",\"tagHeader\":\"x-lane\",\"modulo\":100,"
                      "\"partitions\":\"20=s2,80=s1\",\"host\":\"*.example\"}");
}

static void ask(u32 plugin) {
  static u32 number = 1 << 20;
  number++;
  on_context_create(number, plugin);
  take_back();
  on_request_headers(number, header_count, 1);
  take_back();
  on_delete(number);
  take_back();
}

static void spoil(char *value, u32 *size, u32 most) {
  static const char odd[] = "-:;,=%0aA+/* \t*\x80\xff";
  for (u32 times = below(3) + 1; times--;) {
    u32 at = *size ? below(*size) : 0;
    switch (below(5)) {
      case 0: if (*size) value[at] = (char)draw(); break;
      case 1: if (*size) value[at] = odd[below(sizeof odd - 1)]; break;
      case 2: *size = at; break;
      case 3:
        if (*size && *size < most) memmove(value + at + 1, value + at, *size - at), ++*size;
        break;
      default: {
        u32 part = *size - at;
        if (*size + part <= most) memcpy(value + *size, value + at, part), *size += part;
      }
    }
  }
}

static void put_base64(char *into, const char *text) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  u32 size = (u32)strlen(text);
  for (u32 i = 0; i < size; i += 3) {
    u32 bits = 0, have = size - i < 3 ? size - i : 3;
    for (u32 k = 0; k < 3; k++) bits = bits << 8 | (k < have ? (u8)text[i + k] : 0);
    for (u32 k = 0; k < 4; k++) *into++ = k <= have ? letters[bits >> (18 - 6 * k) & 63] : '=';
  }
  *into = 0;
}

// Adds the headers by which some program names a trace. Returns 0 for a spelling of its own kind.
static int spell(u32 kind, u64 high, u64 low, int bad) {
  char value[MOST_VALUE] = "", more[64] = "", id[40], text[64];
  u64 span = draw() | 1;
  const char *sampled = below(2) ? "1" : "0";
  snprintf(id, sizeof id, "%016llx%016llx", high, low);
  if (!high && below(2)) snprintf(id, sizeof id, "%016llx", low);
  switch (kind) {
    case 0: snprintf(value, sizeof value, "00-%016llx%016llx-%016llx-0%s", high, low, span, sampled); break;
    case 1: snprintf(value, sizeof value, "%s-%016llx-%s", id, span, sampled); break;
    case 2: snprintf(value, sizeof value, "%s", id); break;
    case 3: snprintf(value, sizeof value, below(2) ? "%s:%llx:0:%s" : "%s%%3A%llx%%3A0%%3A%s", id, span, sampled); break;
    case 4:
      snprintf(value, sizeof value, "%llu", low);
      if (high) snprintf(more, sizeof more, "_dd.p.dm=-1,_dd.p.tid=%016llx", high);
      break;
    case 5: snprintf(value, sizeof value, "%s/%llu;o=1", id, span); break;
    case 6:
      snprintf(text, sizeof text, "%llx.%llx", high, low);
      memcpy(value, "1-", 2), put_base64(value + 2, text);
      strcat(value, "-c2Vn-0-c3Zj-aW4=-L2E=-Yjo4MA==");
      break;
    case 7: snprintf(value, sizeof value, "Self=1-2;Root=1-%08llx-%08llx%016llx;Sampled=%s", high >> 32, high & 0xffffffff, low, sampled); break;
    case 8: snprintf(value, sizeof value, "%08llx-%04llx-%u%03llx-9d5c-%012llx", high >> 32, high & 0xffff, below(10), low >> 52, low & 0xffffffffffff); break;
    default: snprintf(value, sizeof value, "%llx-%llx", high, low);
  }
  u32 size = (u32)strlen(value);
  if (bad) spoil(value, &size, 600);
  add(OWN[kind], value, size);
  if (*more) add("x-datadog-tags", more, (u32)strlen(more));
  return kind != 6 && kind < 8;
}

static void traces(void) {
  u64 high = below(2) ? draw() : 0, low = draw() | 1;
  u32 group = below(COUNT(OWN)), came = below(COUNT(OWN)), goes = below(COUNT(OWN)), bad = !below(3);
  const char *lane = LANES[below(3)];
  header_count = 0;
  if (below(8)) add("x-lane", lane, (u32)strlen(lane));
  int known = header_count;
  known &= spell(came, high, low, bad) || came == goes;
  if (!below(4)) known = 0, spell(below(COUNT(OWN)), draw(), draw(), below(2));
  ask(group * ROLES + 1);
  header_count = 0;
  known &= spell(goes, high, low, 0) || came == goes;
  if (!below(4)) known = 0, spell(below(COUNT(OWN)), draw(), draw(), below(2));
  known &= (came < 9 || group == came) && (goes < 9 || group == goes);
  known &= came != 8 || goes == 8;
  ask(group * ROLES + 2);
  struct header *found = named("x-lane", 6);
  if (known && !bad && !found) fail("a trace was not met again");
  if (known && !bad && (found->size != 2 || memcmp(found->value, lane, 2))) fail("another lane was met");
  if (found && found->size > 63) fail("a lane that is none");
  if (below(4)) return;
  header_count = 0;
  if (below(4)) spell(below(COUNT(OWN)), high, low, below(2));
  if (below(4)) spell(below(COUNT(OWN)), high, low, below(2));
  ask(group * ROLES + 3);
  if (!named(OWN[group], (u32)strlen(OWN[group]))) fail("the entry made no id");
}

static u32 put_member(char *into) {
  static const char *names[] = {"x-lane", "x-lane", "x-other-lane", "a", "k", "bad key", "", "x%2Dlane", "%", "X-Lane"};
  static const char *values[] = {"s1", "s2", "", "s2%3Bttl%3D1", "%73%32", "+s2%20", "%", "%3", "a=b", "\x80", "\"s2\""};
  static const char *ends[] = {"", "", "", ";p", " ; p=1;q", ";", " ", "\t"};
  if (!below(12)) return (u32)sprintf(into, "%s", (const char *[]){"", " ", "a", ";", "=", "a;b=1"}[below(6)]);
  const char *blank = below(4) ? "" : " ";
  u32 size = (u32)sprintf(into, "%s%s%s=%s", blank, names[below(COUNT(names))], blank, blank);
  if (!below(20)) {
    u32 more = below(200);
    memset(into + size, 'v', more), size += more;
  } else {
    size += (u32)sprintf(into + size, "%s", values[below(COUNT(values))]);
  }
  return size + (u32)sprintf(into + size, "%s", ends[below(COUNT(ends))]);
}

static void baggage(void) {
  static char line[MOST_VALUE], once[MOST_VALUE];
  header_count = 0;
  add("x", "y", 1);
  for (u32 lines = below(4); lines--;) {
    u32 size = 0;
    for (u32 members = below(below(20) ? 6 : 140); members-- && size < MOST_VALUE - 400;) {
      if (size) line[size++] = ',';
      size += put_member(line + size);
    }
    if (!below(6)) spoil(line, &size, MOST_VALUE - 400);
    add("baggage", line, size);
  }
  int came = named("baggage", 7) != 0, two = below(2);
  u32 plugin = below(8) ? (two ? BAGGAGE_2 : BAGGAGE_1) : JOINING;
  ask(plugin);
  struct header *found = named("baggage", 7);
  if (found && !came) fail("baggage from nowhere");
  if (!found || plugin == JOINING) return;
  u32 size = found->size, members = 1;
  memcpy(once, found->value, size);
  for (u32 i = 0; i < size; i++) members += once[i] == ',';
  if (size > 8192 || members > 64) fail("more baggage than all programs take");
  for (u32 i = 1; !two && i + 7 < size; i++)
    if (once[i - 1] == ',' && !memcmp(once + i, "x-lane=", 7)) fail("the lane is not the first");
  ask(plugin);
  found = named("baggage", 7);
  if (!found || found->size != size || memcmp(found->value, once, size)) fail("changed a second time");
}

static void tags(void) {
  char value[600];
  u32 size = below(600);
  for (u32 i = 0; i < size; i++) value[i] = (char)draw();
  header_count = 0;
  add("user", value, size);
  add(":authority", below(2) ? "a.example:80" : value, below(2) ? 12 : (size < 12 ? size : 12));
  add("x-lane", "s9", 2);
  ask(TAGGING);
}

int main(int count, char **words) {
  u32 operations = count > 1 ? (u32)strtoul(words[1], 0, 10) : 100000;
  state = (count > 2 ? strtoull(words[2], 0, 10) : 18) * 0x9e3779b97f4a7c15 | 1;
  set_up();
  if (stored_keys != BUCKETS + 1) fail("not as many buckets as asked for");
  for (; operations_done < operations; operations_done++) {
    u32 turn = below(16);
    if (turn < 8) traces();
    else if (turn < 15) baggage();
    else tags();
  }
  if (stored_keys != BUCKETS + 1) fail("shared data grew");
  printf("%u operations, no fault; shared data: %u keys of at most %u bytes\n", operations,
         stored_keys, (u32)LONGEST_BUCKET);
  return 0;
}
