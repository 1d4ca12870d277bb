// Base64 with the usual letters. https://www.rfc-editor.org/rfc/rfc4648#section-4

#ifndef LANEWAY_BASE64_H
#define LANEWAY_BASE64_H

#include "text.h"

void to_base64(struct text from, struct writer *into);
// With padding or without; 0 for what is none, or has no room.
int from_base64(struct text from, struct writer *into);

#endif
