// Hash tagging as the vendor's ASMHashTagging has it: FNV-1a of 64 bits, modulo, partitions.

#include "tag.h"

#include "digest.h"

struct text tag_of(struct text value, u32 modulo, struct text partitions) {
  u64 number_of_value = fnv_1a(value) % modulo, sum = 0;
  while (partitions.size) {
    u32 end = find(partitions, TEXT(","));
    struct text one = first(partitions, end);
    u32 equals = find(one, TEXT("="));
    int good;
    sum += number(trim(first(one, equals)), &good);
    if (!good) return TEXT("");
    if (number_of_value < sum) return trim(after(one, equals + 1));
    partitions = after(partitions, end + 1);
  }
  return TEXT("");
}

int meant_for_all(struct text host) { return is_empty(host) || same(host, TEXT("*")); }

int meant(struct text host, struct text authority) {
  if (meant_for_all(host)) return 1;
  struct text name = first(authority, find(authority, TEXT(":")));
  if (!starts(host, TEXT("*."))) return alike(host, name);
  struct text domain = after(host, 1);
  return name.size > domain.size && alike(after(name, name.size - domain.size), domain);
}
