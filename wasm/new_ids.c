// What each header looks like that carries the id of a trace.

#include "new_ids.h"

#include "base64.h"

static u8 digit(char one) { return (u8)(one <= '9' ? one - '0' : one - 'a' + 10); }

static const u8 *span_of(const struct new_id *id) { return id->bytes + TRACE_BYTES; }

void begin(struct new_id *here, enum id_kind kind, u32 sampled) {
  u64 drawn;
  __builtin_memcpy(&drawn, here->bytes + TRACE_BYTES / 2, sizeof drawn);
  here->unsampled = drawn % 10000 >= sampled;
  if (kind == DATADOG) __builtin_memset(here->bytes, 0, TRACE_BYTES / 2);
}

void go_on_with(struct new_id *here, struct text id) {
  if (!is_number(id)) return;
  for (u32 i = 0; i < TRACE_BYTES; i++)
    here->bytes[i] = (u8)(digit(id.at[2 * i]) << 4 | digit(id.at[2 * i + 1]));
}

struct text sampled_of(enum id_kind kind) {
  if (kind == B3_MULTI) return TEXT("x-b3-sampled");
  return kind == DATADOG ? TEXT("x-datadog-sampling-priority") : TEXT("");
}

// The last digit of some flags holds the bit that says to record.
static int is_even(struct text flags) {
  return flags.size && !(digit(lower(flags.at[flags.size - 1])) & 1);
}

static struct text field(struct text value, u32 number) {
  while (number--) value = after(value, find(value, TEXT("-:")) + 1);
  return first(value, find(value, TEXT("-:")));
}

int is_unsampled(enum id_kind kind, struct text value, struct text sampled) {
  value = trim(first(value, find(value, TEXT(","))));
  sampled = trim(sampled);
  switch (kind) {
    case TRACEPARENT: return is_even(field(value, 3));
    case B3: return same(field(value, 2), TEXT("0"));
    case JAEGER: return same(field(value, 3), TEXT("0")) || is_even(field(value, 3));
    case AMAZON: return same(field_of(value, TEXT(";"), TEXT("Sampled=")), TEXT("0"));
    case B3_MULTI: return same(sampled, TEXT("0"));
    case DATADOG: return same(sampled, TEXT("0")) || starts(sampled, TEXT("-"));
    default: return 0;
  }
}

// Version 4: random. https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-4
static void put_uuid(struct writer *into, const u8 *random) {
  static const u8 ends[] = {4, 6, 8, 10, 16};
  u8 uuid[16];
  __builtin_memcpy(uuid, random, sizeof uuid);
  uuid[6] = (uuid[6] & 0x0f) | 0x40;
  uuid[8] = (uuid[8] & 0x3f) | 0x80;
  for (u32 i = 0, at = 0; i < sizeof ends; at = ends[i++]) {
    if (i) put(into, TEXT("-"));
    put_hex(into, uuid + at, ends[i] - at);
  }
}

static void put_decimal(struct writer *into, const u8 *bytes) {
  char digits[20];
  u32 at = sizeof digits;
  u64 value = 0;
  for (u32 i = 0; i < 8; i++) value = value << 8 | bytes[i];
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value);
  put(into, (struct text){digits + at, sizeof digits - at});
}

// B3 may say whether to sample and leave the ids to whoever comes next.
static int is_decision(struct text b3) { return b3.size == 1 && find(b3, TEXT("01d")) == 0; }

// Agents take eight fields; the texts of who called are ours.
static void put_skywalking(struct writer *into, const struct new_id *from) {
  char space[TRACE_DIGITS];
  struct writer trace = {space, 0, sizeof space, 0};
  struct text texts[] = {TEXT("laneway"), TEXT("entry"), TEXT("/"), TEXT("entry")};
  put_hex(&trace, from->bytes, TRACE_BYTES);
  put(into, from->unsampled ? TEXT("0-") : TEXT("1-"));
  to_base64(written(&trace), into);
  put(into, TEXT("-"));
  trace.size = 0;
  put_hex(&trace, span_of(from), SPAN_BYTES);
  to_base64(written(&trace), into);
  put(into, TEXT("-0"));
  for (u32 i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    put(into, TEXT("-"));
    to_base64(texts[i], into);
  }
}

void put_parent(struct text had, const struct new_id *from, struct writer *into) {
  put(into, TEXT(";Parent="));
  put_hex(into, span_of(from), SPAN_BYTES);
  if (!is_empty(field_of(had, TEXT(";"), TEXT("Sampled=")))) return;
  put(into, from->unsampled ? TEXT(";Sampled=0") : TEXT(";Sampled=1"));
}

// Readers of B3 take no trace without a span.
// https://github.com/openzipkin/b3-propagation#multiple-headers
struct text new_rest(enum id_kind kind, const struct new_id *from, struct text *header, struct writer *into) {
  u8 upper = 0;
  for (u32 i = 0; i < TRACE_BYTES / 2; i++) upper |= from->bytes[i];
  *header = TEXT("");
  if (kind == B3_MULTI) {
    *header = TEXT("x-b3-spanid");
    put_hex(into, span_of(from), SPAN_BYTES);
  } else if (kind == DATADOG && upper) {
    *header = rest_of(kind);
    put(into, TEXT("_dd.p.tid="));
    put_hex(into, from->bytes, TRACE_BYTES / 2);
  }
  return written(into);
}

struct text new_trace(enum id_kind kind, struct text had, const struct new_id *from, struct writer *into) {
  const u8 *trace = from->bytes, *span = span_of(from);
  switch (kind) {
    case TRACEPARENT:
      put(into, TEXT("00-"));
      put_hex(into, trace, TRACE_BYTES);
      put(into, TEXT("-"));
      put_hex(into, span, SPAN_BYTES);
      put(into, from->unsampled ? TEXT("-00") : TEXT("-01"));
      break;
    case B3:
      put_hex(into, trace, TRACE_BYTES);
      put(into, TEXT("-"));
      put_hex(into, span, SPAN_BYTES);
      if (from->unsampled || is_decision(had)) {
        put(into, TEXT("-"));
        put(into, from->unsampled ? TEXT("0") : had);
      }
      break;
    case B3_MULTI: put_hex(into, trace, TRACE_BYTES); break;
    case JAEGER:
      put_hex(into, trace, TRACE_BYTES);
      put(into, TEXT(":"));
      put_hex(into, span, SPAN_BYTES);
      put(into, from->unsampled ? TEXT(":0:0") : TEXT(":0:1"));
      break;
    case DATADOG: put_decimal(into, trace + 8); break;
    case GOOGLE:
      put_hex(into, trace, TRACE_BYTES);
      put(into, TEXT("/1"));
      break;
    case SKYWALKING: put_skywalking(into, from); break;
    case AMAZON:
      put(into, TEXT("Root=1-"));
      put_hex(into, trace, 4);
      put(into, TEXT("-"));
      put_hex(into, trace + 4, 12);
      break;
    case REQUEST_ID:
    case PLAIN: put_uuid(into, trace);
  }
  return written(into);
}
