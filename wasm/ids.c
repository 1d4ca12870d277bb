// Which part of a header names the trace. The rest changes from hop to hop: spans, flags.

#include "ids.h"

enum { UUID = 36, UUID_REASON = 14, TRACE = 32, SPAN = 16, LONGEST = 256 };

static struct text lowered(struct text from, struct writer *into) {
  for (u32 i = 0; i < from.size; i++) {
    char one = lower(from.at[i]);
    put(into, (struct text){&one, 1});
  }
  return into->full ? TEXT("") : written(into);
}

// Hexadecimal ids of one trace may come with and without leading zeros, in either case.
static struct text hex_id(struct text from, struct writer *into) {
  if (!all_hex(from) || from.size > TRACE) return TEXT("");
  while (from.size && from.at[0] == '0') from = after(from, 1);
  return lowered(from, into);
}

// https://www.w3.org/TR/trace-context/#traceparent-header
static struct text of_traceparent(struct text value, struct writer *into) {
  struct text trace = first(after(value, 3), TRACE), span = first(after(value, 36), SPAN);
  int shaped = value.size >= 55 && value.at[2] == '-' && value.at[35] == '-' && value.at[52] == '-';
  struct text version = first(value, 2);
  if (!shaped || !all_hex(version) || !all_hex(trace) || !all_hex(span)) return TEXT("");
  if (same(version, TEXT("00")) ? value.size != 55 : same(version, TEXT("ff"))) return TEXT("");
  return hex_id(trace, into);
}

// Envoy writes into one digit of a UUID why a request is traced.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-request-id
static struct text of_request_id(struct text value, struct writer *into) {
  if (value.size != UUID || value.at[8] != '-' || value.at[13] != '-') return lowered(value, into);
  put(into, first(value, UUID_REASON));
  put(into, TEXT("*"));
  put(into, after(value, UUID_REASON + 1));
  for (u32 i = 0; i < into->size; i++) into->at[i] = lower(into->at[i]);
  return written(into);
}

// `Root=1-67891233-abcdef012345678912345678` among other fields.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
static struct text of_amazon(struct text value, struct writer *into) {
  for (u32 fields = 0; value.size && fields < 16; fields++) {
    u32 end = find(value, TEXT(";"));
    struct text field = trim(first(value, end));
    if (starts(field, TEXT("Root="))) return lowered(after(field, 5), into);
    value = after(value, end + 1);
  }
  return TEXT("");
}

struct text trace_id(struct text header, struct text value, struct writer *into) {
  value = trim(value);
  if (is_empty(value) || value.size > LONGEST) return TEXT("");
  if (same(header, TEXT("traceparent"))) return of_traceparent(value, into);
  if (same(header, TEXT("x-request-id"))) return of_request_id(value, into);
  if (same(header, TEXT("x-amzn-trace-id"))) return of_amazon(value, into);
  // https://github.com/openzipkin/b3-propagation: trace-span-sampled-parent, or a lone decision
  if (same(header, TEXT("b3"))) {
    u32 end = find(value, TEXT("-"));
    return end == value.size ? TEXT("") : hex_id(first(value, end), into);
  }
  if (same(header, TEXT("x-b3-traceid"))) return hex_id(value, into);
  // https://www.jaegertracing.io/sdk-migration/#propagation-format: trace:span:parent:flags
  if (same(header, TEXT("uber-trace-id"))) return hex_id(first(value, find(value, TEXT(":%"))), into);
  // https://cloud.google.com/trace/docs/trace-context#legacy-http-header: trace/span;o=1
  if (same(header, TEXT("x-cloud-trace-context")))
    return hex_id(first(value, find(value, TEXT("/;"))), into);
  put(into, value);
  return written(into);
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

static const u8 *span_of(const u8 *random) { return random + 16; }

// B3 may say whether to sample and leave the ids to whoever comes next.
static int is_decision(struct text b3) { return b3.size == 1 && find(b3, TEXT("01d")) == 0; }

// Readers of B3 take no trace without a span.
// https://github.com/openzipkin/b3-propagation#multiple-headers
struct text new_span(struct text header, const u8 *random, struct writer *into) {
  if (same(header, TEXT("x-b3-traceid"))) put_hex(into, span_of(random), 8);
  return written(into);
}

struct text new_trace(struct text header, struct text had, const u8 *random, struct writer *into) {
  const u8 *span = span_of(random);
  if (same(header, TEXT("traceparent"))) {
    put(into, TEXT("00-"));
    put_hex(into, random, 16);
    put(into, TEXT("-"));
    put_hex(into, span, 8);
    put(into, TEXT("-01"));
  } else if (same(header, TEXT("b3"))) {
    put_hex(into, random, 16);
    put(into, TEXT("-"));
    put_hex(into, span, 8);
    if (is_decision(had)) {
      put(into, TEXT("-"));
      put(into, had);
    }
  } else if (same(header, TEXT("x-b3-traceid"))) {
    put_hex(into, random, 16);
  } else if (same(header, TEXT("uber-trace-id"))) {
    put_hex(into, random, 16);
    put(into, TEXT(":"));
    put_hex(into, span, 8);
    put(into, TEXT(":0:1"));
  } else if (same(header, TEXT("x-cloud-trace-context"))) {
    put_hex(into, random, 16);
    put(into, TEXT("/1"));
  } else if (same(header, TEXT("x-amzn-trace-id"))) {
    put(into, TEXT("Root=1-"));
    put_hex(into, random, 4);
    put(into, TEXT("-"));
    put_hex(into, random + 4, 12);
  } else {
    put_uuid(into, random);
  }
  return written(into);
}
