// Text that knows its length. Nothing here reads or writes past one.

#include "text.h"

int same(struct text one, struct text other) {
  return one.size == other.size && starts(one, other);
}

int starts(struct text whole, struct text with) {
  if (whole.size < with.size) return 0;
  for (u32 i = 0; i < with.size; i++)
    if (whole.at[i] != with.at[i]) return 0;
  return 1;
}

int alike(struct text one, struct text other) {
  if (one.size != other.size) return 0;
  for (u32 i = 0; i < one.size; i++)
    if (lower(one.at[i]) != lower(other.at[i])) return 0;
  return 1;
}

int is_hex(char one) {
  one = lower(one);
  return (one >= '0' && one <= '9') || (one >= 'a' && one <= 'f');
}

int all_hex(struct text text) {
  for (u32 i = 0; i < text.size; i++)
    if (!is_hex(text.at[i])) return 0;
  return text.size > 0;
}

struct text first(struct text whole, u32 size) {
  return (struct text){whole.at, size < whole.size ? size : whole.size};
}

struct text after(struct text whole, u32 size) {
  if (size > whole.size) size = whole.size;
  return (struct text){whole.at + size, whole.size - size};
}

u32 find(struct text whole, struct text any) {
  for (u32 i = 0; i < whole.size; i++)
    for (u32 k = 0; k < any.size; k++)
      if (whole.at[i] == any.at[k]) return i;
  return whole.size;
}

static int is_blank(char one) { return one == ' ' || one == '\t'; }

struct text trim(struct text whole) {
  while (whole.size && is_blank(whole.at[0])) whole = after(whole, 1);
  while (whole.size && is_blank(whole.at[whole.size - 1])) whole.size--;
  return whole;
}

struct text field_of(struct text fields, struct text separator, struct text name) {
  while (fields.size) {
    u32 end = find(fields, separator);
    struct text field = trim(first(fields, end));
    if (starts(field, name)) return after(field, name.size);
    fields = after(fields, end + 1);
  }
  return TEXT("");
}

u32 number(struct text digits, int *good) {
  u32 value = 0;
  *good = 0;
  if (is_empty(digits) || digits.size > 9) return 0;
  for (u32 i = 0; i < digits.size; i++) {
    if (digits.at[i] < '0' || digits.at[i] > '9') return 0;
    value = value * 10 + (u32)(digits.at[i] - '0');
  }
  *good = 1;
  return value;
}

void put(struct writer *to, struct text text) {
  if (to->full || text.size > to->most - to->size) {
    to->full = 1;
    return;
  }
  for (u32 i = 0; i < text.size; i++) to->at[to->size + i] = text.at[i];
  to->size += text.size;
}

void put_hex(struct writer *to, const u8 *bytes, u32 count) {
  static const char digits[] = "0123456789abcdef";
  for (u32 i = 0; i < count; i++) {
    char pair[2] = {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
    put(to, (struct text){pair, 2});
  }
}

void put_number(struct writer *to, u32 value) {
  char digits[10];
  u32 at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value);
  put(to, (struct text){digits + at, sizeof digits - at});
}

struct text written(const struct writer *from) { return (struct text){from->at, from->size}; }
