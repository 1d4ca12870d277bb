// Tables of fixed size. The host counts its numbers up, so a number's place is nearly always free;
// the window beside it is for those that live long. A number of 0 is a free place.

#include "contexts.h"

enum { PLUGINS = 4096, REQUESTS = 16384, WINDOW = 32 };

static struct plugin plugins[PLUGINS];
static struct request requests[REQUESTS];

static struct plugin *plugin_at(u32 place, u32 number) {
  for (u32 i = 0; i < WINDOW; i++)
    if (plugins[(place + i) % PLUGINS].number == number) return &plugins[(place + i) % PLUGINS];
  return 0;
}

static struct request *request_at(u32 place, u32 number) {
  for (u32 i = 0; i < WINDOW; i++)
    if (requests[(place + i) % REQUESTS].number == number) return &requests[(place + i) % REQUESTS];
  return 0;
}

struct plugin *plugin_of(u32 number) { return number ? plugin_at(number, number) : 0; }

struct request *request_of(u32 number) { return number ? request_at(number, number) : 0; }

struct plugin *add_plugin(u32 number) {
  struct plugin *free = plugin_at(number, 0);
  if (free) *free = (struct plugin){.number = number};
  return free;
}

struct request *add_request(u32 number, u32 plugin) {
  struct request *free = request_at(number, 0);
  if (free) *free = (struct request){.number = number, .plugin = plugin};
  return free;
}
