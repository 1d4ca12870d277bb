// Reads a plugin's configuration: one flat JSON object, which is what both an Envoy StringValue and
// the pluginConfig of an Istio WasmPlugin can carry.

#include "settings.h"

enum { ALL_TRACES = 10000, MOST_BUCKETS = 1 << 20, MOST_SECONDS = 86400 };

// Where reading stands.
struct reader {
  struct text left;
  struct settings *into;
};

static char next(struct reader *from) {
  while (from->left.size && find(first(from->left, 1), TEXT(" \t\r\n")) == 0)
    from->left = after(from->left, 1);
  return from->left.size ? from->left.at[0] : 0;
}

static int take(struct reader *from, char wanted) {
  if (next(from) != wanted) return 0;
  from->left = after(from->left, 1);
  return 1;
}

// The character an escape stands for; 0 for those no setting needs.
static char unescape(struct reader *from) {
  char kind = from->left.at[0];
  from->left = after(from->left, 1);
  if (kind == '"' || kind == '\\' || kind == '/') return kind;
  if (kind != 'u' || from->left.size < 4 || !starts(from->left, TEXT("00"))) return 0;
  u32 value = 0;
  for (u32 i = 2; i < 4; i++) {
    char one = lower(from->left.at[i]);
    if (!is_hex(one)) return 0;
    value = value * 16 + (u32)(one <= '9' ? one - '0' : one - 'a' + 10);
  }
  from->left = after(from->left, 4);
  return (char)value;
}

// A string, copied into the settings' space; or a bare number, kept as its digits.
static int value(struct reader *from, struct text *found) {
  struct settings *into = from->into;
  char *start = into->space + into->used;
  int quoted = take(from, '"');
  while (from->left.size) {
    char one = from->left.at[0];
    if (quoted ? one == '"' : one < '0' || one > '9') break;
    from->left = after(from->left, 1);
    if (one == '\\' && (is_empty(from->left) || !(one = unescape(from)))) return 0;
    if (one < ' ' || one > '~' || into->used == sizeof into->space) return 0;
    into->space[into->used++] = one;
  }
  *found = (struct text){start, (u32)(into->space + into->used - start)};
  return quoted ? take(from, '"') : found->size > 0;
}

static int bounded(struct text digits, u32 least, u32 most, u32 *into) {
  int good;
  *into = number(digits, &good);
  return good && *into >= least && *into <= most;
}

static int set_role(struct settings *into, struct text name) {
  static const struct text names[] = {
      TEXT("inbound"), TEXT("outbound"), TEXT("entry"), TEXT("tag"), TEXT("baggage"),
  };
  into->role = NO_ROLE;
  for (u32 i = 0; i < sizeof names / sizeof names[0]; i++)
    if (same(name, names[i])) into->role = (enum role)(i + 1);
  return into->role != NO_ROLE;
}

static int set(struct settings *into, struct text name, struct text given) {
  struct {
    struct text name, *into;
  } texts[] = {
      {TEXT("workload"), &into->workload},         {TEXT("group"), &into->group},
      {TEXT("routeHeader"), &into->route_header},  {TEXT("traceHeader"), &into->trace_header},
      {TEXT("header"), &into->header},             {TEXT("tagHeader"), &into->tag_header},
      {TEXT("partitions"), &into->partitions},     {TEXT("host"), &into->host},
      {TEXT("members"), &into->members},
  };
  for (u32 i = 0; i < sizeof texts / sizeof texts[0]; i++)
    if (same(name, texts[i].name)) return *texts[i].into = given, 1;
  if (same(name, TEXT("role"))) return set_role(into, given);
  if (same(name, TEXT("modulo"))) return bounded(given, 1, 999999999, &into->modulo);
  if (same(name, TEXT("buckets"))) return bounded(given, 1, MOST_BUCKETS, &into->buckets);
  if (same(name, TEXT("linger"))) return bounded(given, 0, MOST_SECONDS, &into->linger);
  if (same(name, TEXT("sampled"))) return into->completes = bounded(given, 0, ALL_TRACES, &into->sampled);
  if (same(name, TEXT("keep"))) return bounded(given, 1, MOST_SECONDS, &into->keep);
  return 0;
}

// What a role cannot do without.
static struct text missing(const struct settings *have) {
  if (have->role == NO_ROLE) return TEXT("role");
  if (have->role == TAG) {
    if (is_empty(have->header)) return TEXT("header");
    if (is_empty(have->tag_header)) return TEXT("tagHeader");
    return have->modulo ? TEXT("") : TEXT("modulo");
  }
  if (have->role == BAGGAGE) return TEXT("");
  if (is_empty(have->trace_header)) return TEXT("traceHeader");
  return is_empty(have->route_header) && have->role != ENTRY ? TEXT("routeHeader") : TEXT("");
}

int read_settings(struct settings *into, struct text json, struct text *flaw) {
  struct reader from = {json, into};
  into->sampled = ALL_TRACES;
  into->buckets = 16384;
  into->linger = 2;
  into->keep = 3600;
  *flaw = TEXT("the configuration is no flat JSON object of strings and whole numbers");
  if (!take(&from, '{')) return 0;
  do {
    struct text name, given;
    if (next(&from) != '"' || !value(&from, &name) || !take(&from, ':')) return 0;
    next(&from);
    if (!value(&from, &given)) return 0;
    if (!set(into, name, given)) return *flaw = name, 0;
  } while (take(&from, ','));
  if (!take(&from, '}') || next(&from)) return 0;
  into->trace_kind = kind_of(into->trace_header);
  *flaw = missing(into);
  return is_empty(*flaw);
}
