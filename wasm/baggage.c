// Reads and joins baggage exactly: several lines, properties, blanks, percent-encoding, limits.

#include "baggage.h"

enum { MOST_MEMBERS = 64, MOST_HEADERS = 1024 };

// The lines of `baggage` among a request's headers, one by one.
struct lines {
  struct text pairs;
  u32 number, count;
  const char *at;
};

static u32 word(struct text pairs, u32 index) {
  u32 value = 0;
  if (index * 4 + 4 <= pairs.size) __builtin_memcpy(&value, pairs.at + index * 4, 4);
  return value;
}

// A count, the sizes of all names and values, then these, each with a zero behind it.
static struct lines lines_of(struct text pairs) {
  u32 count = word(pairs, 0);
  if (count > MOST_HEADERS || (count * 2 + 1) * 4 > pairs.size) count = 0;
  return (struct lines){pairs, 0, count, pairs.at + (count * 2 + 1) * 4};
}

static int next_line(struct lines *from, struct text *line) {
  const char *stop = from->pairs.at + from->pairs.size;
  while (from->number < from->count) {
    u32 name = word(from->pairs, from->number * 2 + 1);
    u32 value = word(from->pairs, from->number * 2 + 2);
    u32 left = (u32)(stop - from->at);
    if (name >= left || value >= left || name + value + 2 > left) return 0;
    struct text named = {from->at, name};
    *line = (struct text){from->at + name + 1, value};
    from->at += name + value + 2;
    from->number++;
    if (same(named, TEXT("baggage"))) return 1;
  }
  return 0;
}

static struct text key_of(struct text member) { return trim(first(member, find(member, TEXT("=;")))); }

static struct text value_of(struct text member) {
  struct text value = after(member, find(member, TEXT("=")) + 1);
  return trim(first(value, find(value, TEXT(";"))));
}

static u32 digit(char one) {
  one = lower(one);
  return (u32)(one <= '9' ? one - '0' : one - 'a' + 10);
}

static void put_decoded(struct writer *to, struct text value) {
  while (value.size) {
    char one = value.at[0];
    u32 used = 1;
    if (one == '%' && value.size > 2 && is_hex(value.at[1]) && is_hex(value.at[2])) {
      one = (char)(digit(value.at[1]) << 4 | digit(value.at[2]));
      used = 3;
    }
    put(to, (struct text){&one, 1});
    value = after(value, used);
  }
}

struct text member_of(struct text pairs, struct text key, struct writer *into) {
  struct lines lines = lines_of(pairs);
  struct text line;
  u32 found = 0, start = into->size;
  while (next_line(&lines, &line))
    while (line.size) {
      u32 end = find(line, TEXT(","));
      struct text member = first(line, end);
      line = after(line, end + 1);
      if (!same(key_of(member), key)) continue;
      u32 before = into->size;
      put_decoded(into, value_of(member));
      if (into->full) return TEXT("");
      struct text value = {into->at + before, into->size - before};
      if (found++ && !same(value, (struct text){into->at + start, before - start})) return TEXT("");
      if (found > 1) into->size = before;
    }
  return (struct text){into->at + start, into->size - start};
}

struct text others_of(struct text pairs, struct text key, u32 spare, struct writer *into) {
  struct lines lines = lines_of(pairs);
  struct text line;
  u32 members = 1;
  while (next_line(&lines, &line))
    while (line.size) {
      u32 end = find(line, TEXT(","));
      struct text member = trim(first(line, end));
      line = after(line, end + 1);
      if (is_empty(member) || same(key_of(member), key)) continue;
      u32 most = MOST_BAGGAGE < into->most ? MOST_BAGGAGE : into->most;
      if (members == MOST_MEMBERS || into->size + member.size + 1 + spare > most)
        return written(into);
      if (into->size) put(into, TEXT(","));
      put(into, member);
      members++;
    }
  return written(into);
}
