// The lane filter: what Envoy calls, and what each role does to a request.
//
// inbound    remembers, under the id of a request's trace, the lane it came in with
// outbound   gives a request that goes out without a lane the one its trace came in with
// entry      makes a trace id for a client that sends none
// tag        gives a client always the same tag, by the hash of a header
// baggage    puts W3C baggage of several lines on one, so that routes can write a member before it,
//            and its members in order, so that every program reads the lane among them
//
// Nothing a client sends can stop a request: what cannot be read is left alone.

#include "baggage.h"
#include "contexts.h"
#include "lines.h"
#include "memory.h"
#include "new_ids.h"
#include "tag.h"

enum { ARENA = 1 << 18, MOST_LINES = 1 << 16 };

// What the host hands over during one callback.
static char arena[ARENA];
static u32 arena_used;

static int header(struct text name, struct text *value) {
  char *at = 0;
  u32 size = 0;
  u32 status = host_header(REQUEST_HEADERS, name.at, name.size, &at, &size);
  *value = (struct text){at, status == OK ? size : 0};
  return status == OK;
}

static void set_header(struct text name, struct text value) {
  host_set_header(REQUEST_HEADERS, name.at, name.size, value.at, value.size);
}

static void count(const struct settings *of, u32 what) {
  host_increment(of->metrics[what], 1);
}

static struct limits limits_of(const struct settings *of) {
  return (struct limits){of->buckets, of->linger, of->keep};
}

// The id of a trace and what was said of it, where it was found.
struct found {
  enum id_kind kind;
  struct text id, value;
  char space[ID_SPACE];
};

static int read_id(struct text name, enum id_kind kind, struct found *into) {
  struct text rest = TEXT("");
  struct writer writer = {into->space, 0, sizeof into->space, 0};
  if (!header(name, &into->value)) return 0;
  if (!is_empty(rest_of(kind))) header(rest_of(kind), &rest);
  into->kind = kind;
  into->id = trace_id(kind, into->value, rest, &writer);
  return !is_empty(into->id);
}

// Looks into the group's own header first, then into all that may carry the same trace.
static int find_id(const struct settings *of, enum id_kind end, struct found *into) {
  if (read_id(of->trace_header, of->trace_kind, into)) return 1;
  for (enum id_kind kind = TRACEPARENT; kind < end; kind++)
    if (kind != of->trace_kind && read_id(header_of(kind), kind, into)) return 1;
  return 0;
}

static int find_trace(const struct plugin *in, struct digest *trace) {
  struct found found;
  if (!find_id(&in->settings, PLAIN, &found)) return 0;
  *trace = remembered_as(in->whose, found.id);
  return 1;
}

// The lane that the one member of baggage says which holds lanes; empty for groups without one.
static struct text lane_in_baggage(const struct settings *of) {
  static char space[LONGEST_VALUE];
  struct writer writer = {space, 0, sizeof space, 0};
  struct text line;
  if (is_empty(of->members) || !header(TEXT("baggage"), &line)) return TEXT("");
  return lane_in(line, of->members, &writer);
}

// A lane that is given back to a program's baggage, in front of what the program put there.
static void put_into_baggage(const struct settings *of, struct text lane) {
  static char space[MOST_LINES];
  struct writer writer = {space, 0, sizeof space, 0};
  struct text name = TEXT("baggage"), line;
  put(&writer, of->members);
  put(&writer, TEXT("="));
  put(&writer, lane);
  if (header(name, &line) && !is_empty(trim(line))) {
    put(&writer, TEXT(","));
    put(&writer, line);
  }
  if (!writer.full) set_header(name, written(&writer));
}

static void come_in(const struct plugin *plugin, struct request *request) {
  const struct settings *of = &plugin->settings;
  struct text lane;
  if (!find_trace(plugin, &request->id)) return;
  lane = lane_in_baggage(of);
  if (is_empty(lane)) header(of->route_header, &lane);
  if (is_empty(lane) || lane.size > LONGEST_LANE) {
    if (forget(limits_of(of), request->id) == GAVE_UP) count(of, CONTENDED);
    return;
  }
  enum outcome outcome = remember(limits_of(of), request->id, lane);
  request->holds = outcome != GAVE_UP;
  count(of, outcome == GAVE_UP ? CONTENDED : REMEMBERED);
  if (outcome == PUSHED_OUT) count(of, EVICTED);
}

static void go_out(const struct plugin *plugin) {
  const struct settings *of = &plugin->settings;
  struct digest id;
  struct text sent, lane;
  if (header(of->route_header, &sent) || !is_empty(lane_in_baggage(of))) return;
  if (!find_trace(plugin, &id)) return;
  switch (recall(limits_of(of), id, &lane)) {
    case DONE:
      set_header(of->route_header, lane);
      if (!is_empty(of->members)) put_into_baggage(of, lane);
      return count(of, RESTORED);
    case TWO_LANES: return count(of, AMBIGUOUS);
    default: return count(of, UNKNOWN);
  }
}

// Programs read ids of one kind. A trace that came in another goes on in theirs, else the lane is
// remembered under an id that nobody sends on.
static void enter(const struct settings *of) {
  char space[2 * ID_SPACE], more[64];
  enum id_kind kind = of->trace_kind;
  struct found found;
  struct writer value = {space, 0, sizeof space, 0}, rest = {more, 0, sizeof more, 0};
  struct text had, sampled = TEXT(""), name;
  struct new_id made;
  int goes_on = find_id(of, kind == PLAIN ? TRACEPARENT : REQUEST_ID, &found);
  int is_own = goes_on && found.kind == kind && is_well_spelled(kind, found.value);
  int is_lone = of->completes && kind == AMAZON && !(is_own && has_parent(found.value));
  if (is_own && !is_lone) return;
  if (host_random(made.bytes, sizeof made.bytes) != OK) return;
  begin(&made, kind, of->sampled);
  if (is_own) {
    put(&value, trim(first(found.value, find(found.value, TEXT(",")))));
    put_parent(found.value, &made, &value);
    if (!value.full) set_header(of->trace_header, written(&value));
    return;
  }
  if (goes_on) {
    go_on_with(&made, found.id);
    if (!is_empty(sampled_of(found.kind))) header(sampled_of(found.kind), &sampled);
    made.unsampled = is_unsampled(found.kind, found.value, sampled);
  }
  header(of->trace_header, &had);
  new_trace(kind, trim(had), &made, &value);
  if (is_lone) put_parent(TEXT(""), &made, &value);
  set_header(of->trace_header, written(&value));
  new_rest(kind, &made, &name, &rest);
  if (!is_empty(name)) set_header(name, written(&rest));
}

static void tag(const struct settings *of) {
  struct text value, authority, found = TEXT("");
  if (!meant_for_all(of->host)) {
    header(TEXT(":authority"), &authority);
    if (!meant(of->host, authority)) return;
  }
  if (header(of->header, &value)) found = tag_of(value, of->modulo, of->partitions);
  // A client's own tag goes first: a tag is only what the hash says.
  host_remove_header(REQUEST_HEADERS, of->tag_header.at, of->tag_header.size);
  if (!is_empty(found)) set_header(of->tag_header, found);
}

static void order_baggage(const struct settings *of) {
  static char joined[MOST_LINES], ordered[MOST_BAGGAGE];
  struct writer lines = {joined, 0, sizeof joined, 0}, result = {ordered, 0, sizeof ordered, 0};
  struct text name = TEXT("baggage"), value;
  char *pairs = 0;
  u32 size = 0, changed = 0;
  if (!header(name, &value) || host_headers(REQUEST_HEADERS, &pairs, &size) != OK) return;
  u32 found = join_lines((struct text){pairs, size}, name, &lines);
  if (!found || lines.full) return;
  value = written(&lines);
  if (!is_empty(of->members)) {
    changed = tidy(value, of->members, &result);
    if (changed) value = written(&result);
  }
  if (found < 2 && !changed) return;
  host_remove_header(REQUEST_HEADERS, name.at, name.size);
  if (!is_empty(value)) set_header(name, value);
  if (found > 1) count(of, JOINED);
  if (changed & CLEANED) count(of, IN_ORDER);
  if (changed & DROPPED) count(of, WITHOUT);
  if (changed & SHORTENED) count(of, SHORTER);
}

static int define_metrics(struct settings *of) {
  static const struct text of_traces[COUNTERS] = {
      TEXT("remembered"), TEXT("restored"), TEXT("unknown"),
      TEXT("ambiguous"),  TEXT("evicted"),  TEXT("contended"),
  };
  static const struct text of_baggage[BAGGAGE_COUNTERS] = {
      TEXT("joined"), TEXT("cleaned"), TEXT("dropped"), TEXT("shortened"),
  };
  const struct text *names = of->role == BAGGAGE ? of_baggage : of_traces;
  for (u32 i = 0; i < (of->role == BAGGAGE ? (u32)BAGGAGE_COUNTERS : (u32)COUNTERS); i++) {
    char space[1100];
    struct writer writer = {space, 0, sizeof space, 0};
    struct text parts[] = {TEXT("laneway|"), of->group, TEXT("|"), of->workload, TEXT("|"), names[i]};
    for (u32 k = 0; k < sizeof parts / sizeof parts[0]; k++) put(&writer, parts[k]);
    if (host_define_metric(COUNTER, space, writer.size, &of->metrics[i]) != OK) return 0;
  }
  return 1;
}

// Without a role it leaves requests alone, should any come all the same.
static u32 refuse(struct plugin *plugin, struct text why) {
  static char space[1200];
  struct writer writer = {space, 0, sizeof space, 0};
  if (plugin) plugin->settings.role = NO_ROLE;
  put(&writer, TEXT("laneway filter: wrong or missing: "));
  put(&writer, why);
  host_log(LOG_ERROR, writer.at, writer.size);
  return 0;
}

EXPORT("proxy_abi_version_0_2_1") void abi_version(void) {}

EXPORT("proxy_on_memory_allocate") char *on_memory_allocate(u32 size) {
  u32 rounded = (size + 7) & ~7u;
  if (size > ARENA || rounded > ARENA - arena_used) return 0;
  arena_used += rounded;
  return arena + arena_used - rounded;
}

EXPORT("proxy_on_vm_start") u32 on_vm_start(u32 number, u32 size) {
  (void)number, (void)size;
  return 1;
}

EXPORT("proxy_on_configure") u32 on_configure(u32 number, u32 size) {
  char *json = 0;
  struct text flaw;
  arena_used = 0;
  struct plugin *plugin = plugin_of(number);
  if (!plugin) return refuse(0, TEXT("more plugins than there is room for"));
  struct settings *settings = &plugin->settings;
  *settings = (struct settings){0};
  if (host_buffer(PLUGIN_CONFIGURATION, 0, size, &json, &size) != OK) size = 0;
  if (!read_settings(settings, (struct text){json, size}, &flaw)) return refuse(plugin, flaw);
  int shares = settings->role == INBOUND || settings->role == OUTBOUND;
  if (shares && !prepare(limits_of(settings))) return refuse(plugin, TEXT("shared data"));
  plugin->whose = whose(settings->workload, settings->group);
  return define_metrics(settings) ? 1 : refuse(plugin, TEXT("metrics"));
}

EXPORT("proxy_on_context_create") void on_context_create(u32 number, u32 parent) {
  arena_used = 0;
  if (parent) add_request(number, parent);
  else add_plugin(number);
}

EXPORT("proxy_on_request_headers") u32 on_request_headers(u32 number, u32 count_of, u32 last) {
  (void)count_of, (void)last;
  arena_used = 0;
  struct request *request = request_of(number);
  struct plugin *plugin = request ? plugin_of(request->plugin) : 0;
  if (!plugin) return 0;
  const struct settings *settings = &plugin->settings;
  switch (settings->role) {
    case INBOUND: come_in(plugin, request); break;
    case OUTBOUND: go_out(plugin); break;
    case ENTRY: enter(settings); break;
    case TAG: tag(settings); break;
    case BAGGAGE: order_baggage(settings); break;
    case NO_ROLE: break;
  }
  return 0;
}

EXPORT("proxy_on_delete") void on_delete(u32 number) {
  arena_used = 0;
  struct request *request = request_of(number);
  struct plugin *plugin = plugin_of(request ? request->plugin : number);
  if (request && request->holds && plugin)
    if (release(limits_of(&plugin->settings), request->id) == GAVE_UP) count(&plugin->settings, CONTENDED);
  if (request) request->number = 0;
  else if (plugin) plugin->number = 0;
}
