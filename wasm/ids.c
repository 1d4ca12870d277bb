// Which part of a header names the trace. The rest changes from hop to hop: spans, flags.

#include "ids.h"

#include "base64.h"

enum { UUID = 36, UUID_REASON = 14, SPAN = 16, LONGEST = 256, TRACEPARENT_SIZE = 55 };

static const struct text HEADERS[PLAIN] = {
    [TRACEPARENT] = TEXT("traceparent"),
    [B3] = TEXT("b3"),
    [B3_MULTI] = TEXT("x-b3-traceid"),
    [JAEGER] = TEXT("uber-trace-id"),
    [DATADOG] = TEXT("x-datadog-trace-id"),
    [GOOGLE] = TEXT("x-cloud-trace-context"),
    [SKYWALKING] = TEXT("sw8"),
    [AMAZON] = TEXT("x-amzn-trace-id"),
    [REQUEST_ID] = TEXT("x-request-id"),
};

enum id_kind kind_of(struct text header) {
  enum id_kind kind = TRACEPARENT;
  while (kind < PLAIN && !same(header, HEADERS[kind])) kind++;
  return kind;
}

struct text header_of(enum id_kind kind) { return kind < PLAIN ? HEADERS[kind] : TEXT(""); }

struct text rest_of(enum id_kind kind) {
  return kind == DATADOG ? TEXT("x-datadog-tags") : TEXT("");
}

// Ids of one trace come with and without leading zeros, in either case. Zero is none.
static struct text hex_id(struct text from, struct writer *into) {
  static const char zeros[] = "00000000000000000000000000000000";
  char digits[TRACE_DIGITS];
  int is_zero = 1;
  if (is_empty(from) || from.size > TRACE_DIGITS) return TEXT("");
  for (u32 i = 0; i < from.size; i++) {
    if (!is_hex(from.at[i])) return TEXT("");
    digits[i] = lower(from.at[i]);
    is_zero &= digits[i] == '0';
  }
  if (is_zero) return TEXT("");
  put(into, (struct text){zeros, TRACE_DIGITS - from.size});
  put(into, (struct text){digits, from.size});
  return written(into);
}

static struct text lowered(struct text from, struct writer *into) {
  u32 start = into->size;
  put(into, from);
  for (u32 i = start; i < into->size; i++) into->at[i] = lower(into->at[i]);
  return into->full ? TEXT("") : written(into);
}

// One program writes flags of three digits, and its trace is known all the same.
// https://www.w3.org/TR/trace-context/#traceparent-header
static struct text of_traceparent(struct text value, struct writer *into) {
  struct text version = first(value, 2), trace = first(after(value, 3), TRACE_DIGITS);
  struct text span = first(after(value, 36), SPAN), flags = after(value, 53);
  if (value.size < TRACEPARENT_SIZE || value.at[2] != '-' || value.at[35] != '-') return TEXT("");
  if (value.at[52] != '-' || !all_hex(version) || !all_hex(span)) return TEXT("");
  if (same(version, TEXT("00")) ? flags.size > 3 || !all_hex(flags) : same(version, TEXT("ff")))
    return TEXT("");
  return hex_id(trace, into);
}

// Envoy writes into one digit of a UUID why a request is traced.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-request-id
static struct text of_request_id(struct text value, struct writer *into) {
  if (is_empty(value) || value.size > LONGEST) return TEXT("");
  put(into, TEXT("request:"));
  if (value.size != UUID || value.at[8] != '-' || value.at[13] != '-') return lowered(value, into);
  lowered(first(value, UUID_REASON), into);
  put(into, TEXT("*"));
  return lowered(after(value, UUID_REASON + 1), into);
}

// `Root=1-67891233-abcdef012345678912345678` among other fields: seconds and a number, of which
// OpenTelemetry makes one number of 128 bits.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
static struct text of_amazon(struct text value, struct writer *into) {
  struct text root = field_of(value, TEXT(";"), TEXT("Root="));
  struct text seconds = first(after(root, 2), 8), number = after(root, 11);
  if (!starts(root, TEXT("1-")) || root.size != 35 || root.at[10] != '-') return TEXT("");
  char digits[TRACE_DIGITS];
  struct writer joined = {digits, 0, sizeof digits, 0};
  put(&joined, seconds);
  put(&joined, number);
  return hex_id(written(&joined), into);
}

// A decimal number is the lower half, the upper one a tag of 16 digits; without it it is zero.
// https://docs.datadoghq.com/tracing/guide/span_and_trace_id_format/
static struct text of_datadog(struct text value, struct text tags, struct writer *into) {
  struct text upper = field_of(tags, TEXT(","), TEXT("_dd.p.tid="));
  char digits[TRACE_DIGITS];
  struct writer joined = {digits, 0, sizeof digits, 0};
  u8 bytes[8];
  u64 lower_half = 0;
  if (is_empty(value)) return TEXT("");
  for (u32 i = 0; i < value.size; i++) {
    u32 digit = (u32)(value.at[i] - '0');
    if (digit > 9 || lower_half > (~0ull - digit) / 10) return TEXT("");
    lower_half = lower_half * 10 + digit;
  }
  for (u32 i = 0; i < sizeof bytes; i++) bytes[i] = (u8)(lower_half >> (56 - 8 * i));
  if (upper.size == 16 && all_hex(upper)) put(&joined, upper);
  put_hex(&joined, bytes, sizeof bytes);
  return lower_half ? hex_id(written(&joined), into) : TEXT("");
}

// The second of the fields, in base64: a text of the agent's own, no number.
// https://skywalking.apache.org/docs/main/latest/en/api/x-process-propagation-headers-v3/
static struct text of_skywalking(struct text value, struct writer *into) {
  u32 end = find(value, TEXT("-"));
  struct text left = after(value, end + 1), field = first(left, find(left, TEXT("-")));
  if (end == value.size || is_empty(field) || field.size > LONGEST) return TEXT("");
  put(into, TEXT("sw8:"));
  return from_base64(field, into) ? written(into) : TEXT("");
}

static struct text plain(struct text value, struct writer *into) {
  if (is_empty(value) || value.size > LONGEST) return TEXT("");
  put(into, TEXT("plain:"));
  put(into, value);
  return written(into);
}

struct text trace_id(enum id_kind kind, struct text value, struct text rest, struct writer *into) {
  value = trim(value);
  // Of several lines the first counts, wherever somebody has put them into one. Most kinds have the
  // id before any comma.
  int ends_at_comma = kind == B3_MULTI || kind == DATADOG || kind == AMAZON || kind == REQUEST_ID ||
                      (kind == TRACEPARENT && value.size > TRACEPARENT_SIZE);
  if (ends_at_comma) value = trim(first(value, find(value, TEXT(","))));
  switch (kind) {
    case TRACEPARENT: return of_traceparent(value, into);
    // https://github.com/openzipkin/b3-propagation: trace-span-sampled-parent, or a lone decision
    case B3: {
      u32 end = find(value, TEXT("-"));
      return end == value.size ? TEXT("") : hex_id(first(value, end), into);
    }
    case B3_MULTI: return hex_id(value, into);
    // https://www.jaegertracing.io/sdk-migration/#propagation-format: trace:span:parent:flags
    case JAEGER: return hex_id(first(value, find(value, TEXT(":%"))), into);
    // https://cloud.google.com/trace/docs/trace-context#legacy-http-header: trace/span;o=1
    case GOOGLE: return hex_id(first(value, find(value, TEXT("/;"))), into);
    case DATADOG: return of_datadog(value, rest, into);
    case SKYWALKING: return of_skywalking(value, into);
    case AMAZON: return of_amazon(value, into);
    case REQUEST_ID: return of_request_id(value, into);
    case PLAIN: break;
  }
  return plain(value, into);
}

int is_number(struct text id) { return id.size == TRACE_DIGITS && all_hex(id); }

int has_parent(struct text value) { return !is_empty(field_of(value, TEXT(";"), TEXT("Parent="))); }

static int is_capital(char one) { return one >= 'A' && one <= 'Z'; }

int is_well_spelled(enum id_kind kind, struct text value) {
  value = trim(value);
  // Of these programs take small letters alone.
  if (kind <= JAEGER)
    for (u32 i = 0; i < value.size && value.at[i] != '%'; i++)
      if (is_capital(value.at[i])) return 0;
  if (kind != TRACEPARENT) return 1;
  if (same(first(value, 2), TEXT("00")) && value.size != TRACEPARENT_SIZE) return 0;
  return !same(first(after(value, 36), SPAN), TEXT("0000000000000000"));
}
