// W3C baggage, put in order so that every program reads the lane in it.
// https://www.w3.org/TR/baggage/

#ifndef LANEWAY_BAGGAGE_H
#define LANEWAY_BAGGAGE_H

#include "text.h"

// What every program takes: more members or bytes and some send on nothing at all.
// https://www.w3.org/TR/baggage/#limits
enum { MOST_MEMBERS = 64, MOST_BAGGAGE = 8192, LONGEST_VALUE = 63 };

// What was changed, as bits.
enum { CLEANED = 1, DROPPED = 2, SHORTENED = 4 };

// Writes the members of a line anew into at least MOST_BAGGAGE bytes, and returns what is another
// than before. `lanes` are the names of the members that hold lanes, with commas between them: these
// stand first, once each and without properties, the last of a doubled one. Members without a name
// or a value go, and beyond the limits all from the end.
u32 tidy(struct text line, struct text lanes, struct writer *into);

// The value of the last member of a name, without its properties, written into at least as many bytes
// as a line has. Empty where the line names no lane.
struct text lane_in(struct text line, struct text name, struct writer *into);

#endif
