// What Envoy offers to a filter: version 0.2.1 of the Proxy-Wasm interface, as far as it is used.
// https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1
//
// The host hands text over in memory it asks this module for; it is valid until the next callback.

#ifndef LANEWAY_HOST_H
#define LANEWAY_HOST_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

enum status { OK = 0, NOT_FOUND = 1, CAS_MISMATCH = 8 };

enum { REQUEST_HEADERS = 0, PLUGIN_CONFIGURATION = 7, COUNTER = 0, LOG_ERROR = 4 };

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT("env", "proxy_log") u32 host_log(u32 level, const char *text, u32 size);
IMPORT("env", "proxy_get_current_time_nanoseconds") u32 host_time(u64 *nanoseconds);
IMPORT("env", "proxy_get_buffer_bytes")
u32 host_buffer(u32 kind, u32 start, u32 most, char **text, u32 *size);
IMPORT("env", "proxy_get_header_map_value")
u32 host_header(u32 map, const char *name, u32 name_size, char **text, u32 *size);
IMPORT("env", "proxy_get_header_map_pairs") u32 host_headers(u32 map, char **pairs, u32 *size);
IMPORT("env", "proxy_replace_header_map_value")
u32 host_set_header(u32 map, const char *name, u32 name_size, const char *text, u32 size);
IMPORT("env", "proxy_remove_header_map_value")
u32 host_remove_header(u32 map, const char *name, u32 name_size);
IMPORT("env", "proxy_get_shared_data")
u32 host_load(const char *key, u32 key_size, char **value, u32 *size, u32 *version);
IMPORT("env", "proxy_set_shared_data")
u32 host_store(const char *key, u32 key_size, const char *value, u32 size, u32 version);
IMPORT("env", "proxy_define_metric")
u32 host_define_metric(u32 kind, const char *name, u32 size, u32 *metric);
IMPORT("env", "proxy_increment_metric") u32 host_increment(u32 metric, u64 by);
IMPORT("wasi_snapshot_preview1", "random_get") u32 host_random(u8 *bytes, u32 size);

#endif
