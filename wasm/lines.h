// A header of several lines. https://www.rfc-editor.org/rfc/rfc9110#section-5.3

#ifndef LANEWAY_LINES_H
#define LANEWAY_LINES_H

#include "text.h"

// Writes all lines of a header with commas between them, and returns how many there are. `pairs` are
// a request's headers as the host lays them out.
u32 join_lines(struct text pairs, struct text name, struct writer *into);

#endif
