// Which plugin a request belongs to, and what it holds in memory. The host names both by numbers.

#ifndef LANEWAY_CONTEXTS_H
#define LANEWAY_CONTEXTS_H

#include "digest.h"
#include "settings.h"

struct plugin {
  u32 number;
  struct digest whose; // its ids
  struct settings settings;
};

struct request {
  u32 number, plugin, holds;
  struct digest id;
};

struct plugin *add_plugin(u32 number);
struct plugin *plugin_of(u32 number);
// 0 when more run at once than there is room for, which leaves the request as it is.
struct request *add_request(u32 number, u32 plugin);
struct request *request_of(u32 number);

#endif
