// Finds the lines of a header among all headers, which the host hands over in one piece: a count,
// the sizes of all names and values, then these, each with a zero behind it.

#include "lines.h"

enum { MOST_HEADERS = 1024 };

static u32 word(struct text pairs, u32 index) {
  u32 value = 0;
  if (index * 4 + 4 <= pairs.size) __builtin_memcpy(&value, pairs.at + index * 4, 4);
  return value;
}

u32 join_lines(struct text pairs, struct text name, struct writer *into) {
  u32 count = word(pairs, 0), found = 0;
  if (count > MOST_HEADERS || (count * 2 + 1) * 4 > pairs.size) return 0;
  struct text left = after(pairs, (count * 2 + 1) * 4);
  for (u32 i = 0; i < count; i++) {
    u32 name_size = word(pairs, i * 2 + 1), value_size = word(pairs, i * 2 + 2);
    struct text value = first(after(left, name_size + 1), value_size);
    if (same(first(left, name_size), name)) {
      if (found++) put(into, TEXT(","));
      put(into, value);
    }
    left = after(left, name_size + value_size + 2);
  }
  return found;
}
