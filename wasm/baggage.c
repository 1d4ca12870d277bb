// Reads members as programs do, and writes them so that all of them read the same.

#include "baggage.h"

struct member {
  struct text whole, name, value;
};

static int next_member(struct text *left, struct member *into) {
  if (!left->at) return 0;
  u32 end = find(*left, TEXT(","));
  struct text whole = trim(first(*left, end));
  struct text pair = first(whole, find(whole, TEXT(";"))); // and properties behind it
  u32 equals = find(pair, TEXT("="));
  *into = (struct member){whole, trim(first(pair, equals)), trim(after(pair, equals + 1))};
  *left = end < left->size ? after(*left, end + 1) : (struct text){0, 0};
  return 1;
}

static u32 digit(char one) {
  one = lower(one);
  return (u32)(one <= '9' ? one - '0' : one - 'a' + 10);
}

// The character that stands at the start of a text, be it written plainly or by percent; how long it
// is there, 0 at the end.
static u32 decoded(struct text from, char *one) {
  if (is_empty(from)) return 0;
  *one = from.at[0];
  if (*one != '%' || from.size < 3 || !all_hex(first(after(from, 1), 2))) return 1;
  *one = (char)(digit(from.at[1]) << 4 | digit(from.at[2]));
  return 3;
}

// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
static int is_token(struct text name) {
  for (u32 i = 0; i < name.size; i++) {
    char one = lower(name.at[i]);
    int plain = (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9');
    if (!plain && find((struct text){&one, 1}, TEXT("!#$%&'*+-.^_`|~"))) return 0;
  }
  return name.size > 0;
}

// Characters that every program spells plainly. https://www.rfc-editor.org/rfc/rfc3986#section-2.3
static int is_unreserved(char one) {
  char small = lower(one);
  return (small >= 'a' && small <= 'z') || (one >= '0' && one <= '9') || one == '-' || one == '.' ||
         one == '_' || one == '~';
}

static int is_blank(struct text from) {
  char one;
  u32 size = decoded(from, &one);
  return size && (one == ' ' || one == '\t' || one == '+') ? (int)size : 0;
}

// A lane's value without what programs fold into it: properties behind `;` or `%3B`, and blanks,
// which some write as a plus, and others that as `%2B`.
static struct text without_properties(struct text value) {
  char one;
  u32 size;
  while ((size = (u32)is_blank(value))) value = after(value, size);
  u32 end = 0;
  for (u32 at = 0; (size = decoded(after(value, at), &one)) && one != ';'; at += size)
    if (!is_blank(after(value, at))) end = at + size;
  return first(value, end);
}

// Where a percent sign stands for itself nothing is decoded: it could make a sequence of what follows.
static int is_encoded(struct text value) {
  char one;
  for (u32 size; (size = decoded(value, &one)); value = after(value, size))
    if (size == 1 && one == '%') return 0;
  return 1;
}

static void put_value(struct text value, struct writer *into) {
  char one;
  if (!is_encoded(value)) return put(into, value);
  for (u32 size; (size = decoded(value, &one)); value = after(value, size))
    put(into, is_unreserved(one) ? (struct text){&one, 1} : first(value, size));
}

// The next of the names, and where it is left off.
static struct text next_name(struct text *names) {
  u32 end = find(*names, TEXT(","));
  struct text name = first(*names, end);
  *names = after(*names, end + 1);
  return name;
}

static int holds_lane(const struct member *member, struct text lanes) {
  while (lanes.size)
    if (same(member->name, next_name(&lanes))) return 1;
  return 0;
}

// Writes the member of one lane, in front of all others. Returns whether there was one.
static u32 put_lane(struct text line, struct text name, struct writer *into, u32 *changed) {
  struct member member, last;
  u32 met = 0, start = into->size;
  for (struct text left = line; next_member(&left, &member);)
    if (same(member.name, name)) last = member, met++;
  if (met > 1) *changed |= CLEANED;
  if (!met) return 0;
  struct text value = without_properties(last.value);
  if (is_empty(value) || value.size > LONGEST_VALUE) return *changed |= DROPPED, 0;
  if (start) put(into, TEXT(","));
  struct text written = {into->at + into->size, 0};
  put(into, name);
  put(into, TEXT("="));
  put_value(value, into);
  written.size = into->size - (start ? start + 1 : 0);
  if (!same(written, last.whole)) *changed |= CLEANED;
  return 1;
}

struct text lane_in(struct text line, struct text name, struct writer *into) {
  struct member member;
  struct text value = TEXT("");
  for (struct text left = line; next_member(&left, &member);)
    if (same(member.name, name)) value = without_properties(member.value);
  put_value(value, into);
  return into->full ? TEXT("") : written(into);
}

u32 tidy(struct text line, struct text lanes, struct writer *into) {
  struct member member;
  u32 changed = 0, count = 0, foreign = 0;
  for (struct text left = lanes; left.size;)
    count += put_lane(line, next_name(&left), into, &changed);
  for (struct text left = line; next_member(&left, &member);) {
    if (holds_lane(&member, lanes)) {
      if (foreign) changed |= CLEANED;
      continue;
    }
    foreign = 1;
    u32 comma = into->size > 0;
    if (is_empty(member.value) || !is_token(member.name)) {
      changed |= DROPPED;
    } else if (count == MOST_MEMBERS || member.whole.size + comma > MOST_BAGGAGE - into->size) {
      return changed | SHORTENED;
    } else {
      if (comma) put(into, TEXT(","));
      put(into, member.whole);
      count++;
    }
  }
  return changed;
}
