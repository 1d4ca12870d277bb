// Text that knows its length, and text being written into a space of fixed size.

#ifndef LANEWAY_TEXT_H
#define LANEWAY_TEXT_H

#include "host.h"

struct text {
  const char *at;
  u32 size;
};

// A writer past its end writes nothing more and says so: `full`.
struct writer {
  char *at;
  u32 size, most, full;
};

#define TEXT(literal) ((struct text){literal, sizeof(literal) - 1})

static inline int is_empty(struct text text) { return text.size == 0; }
static inline char lower(char one) { return one >= 'A' && one <= 'Z' ? one + 32 : one; }

int same(struct text one, struct text other);
int starts(struct text whole, struct text with);
// The same but for the case of letters.
int alike(struct text one, struct text other);
int all_hex(struct text text);
int is_hex(char one);

// The first `size` characters, or all there are.
struct text first(struct text whole, u32 size);
// What stands behind the first `size` characters.
struct text after(struct text whole, u32 size);
// The index of the first character that is one of `any`, or the length.
u32 find(struct text whole, struct text any);
struct text trim(struct text whole);
// What stands behind `name` in the first of the fields that begins with it; empty where none does.
struct text field_of(struct text fields, struct text separator, struct text name);
// Reads a number of at most nine digits; no number gives 0 and leaves `good` at 0.
u32 number(struct text digits, int *good);

void put(struct writer *to, struct text text);
void put_hex(struct writer *to, const u8 *bytes, u32 count);
void put_number(struct writer *to, u32 value);
struct text written(const struct writer *from);

#endif
