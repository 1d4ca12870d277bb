// Base64, three bytes in four letters of six bits each.

#include "base64.h"

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void to_base64(struct text from, struct writer *into) {
  for (; from.size; from = after(from, 3)) {
    struct text taken = first(from, 3);
    u32 bits = 0;
    char four[4] = {'=', '=', '=', '='};
    for (u32 i = 0; i < 3; i++) bits = bits << 8 | (i < taken.size ? (u8)taken.at[i] : 0);
    for (u32 i = 0; i <= taken.size; i++) four[i] = LETTERS[bits >> (18 - 6 * i) & 63];
    put(into, (struct text){four, sizeof four});
  }
}

static int value_of(char letter, u32 *value) {
  if (letter >= 'A' && letter <= 'Z') *value = (u32)(letter - 'A');
  else if (letter >= 'a' && letter <= 'z') *value = (u32)(letter - 'a') + 26;
  else if (letter >= '0' && letter <= '9') *value = (u32)(letter - '0') + 52;
  else if (letter == '+' || letter == '/') *value = letter == '+' ? 62 : 63;
  else return 0;
  return 1;
}

int from_base64(struct text from, struct writer *into) {
  for (u32 i = 0; i < 2 && from.size && from.at[from.size - 1] == '='; i++) from.size--;
  if (from.size % 4 == 1) return 0;
  u32 bits = 0, have = 0;
  for (u32 i = 0; i < from.size; i++) {
    u32 value;
    if (!value_of(from.at[i], &value)) return 0;
    bits = bits << 6 | value;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    char byte = (char)(bits >> have & 255);
    put(into, (struct text){&byte, 1});
  }
  return !into->full;
}
