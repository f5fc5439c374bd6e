/* Reads single values out of JSON text that the host gives: a module's configuration, the registry's list.
 *
 * Nothing is allocated and nothing is written but the result; the text stays as it is. A pointer is RFC 6901
 * without its escapes ("/config/users/0/name"; "" is the whole text). Text that is no JSON gives NOT_FOUND or
 * ARGUMENT, never a read beyond its end. All [any]. */
#ifndef SLUICE_C_JSON_H
#define SLUICE_C_JSON_H

#include <string.h>

#include <sluice/abi/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Walking: each takes a place inside [at, end) and returns the place behind, or null. ----------------
 */

static inline const char* sluice_json_space(const char* at, const char* end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
  return at;
}

static inline const char* sluice_json_past_string(const char* at, const char* end) {
  int escaped = 0;
  for (at++; at < end; at++) {
    if (*at == '"' && !escaped) return at + 1;
    escaped = *at == '\\' && !escaped;
  }
  return NULL;
}

/* Brackets are counted, not matched: the host has parsed the text before. */
static inline const char* sluice_json_past_value(const char* at, const char* end) {
  uint32_t depth = 0;
  const char* const start = at;
  while (at < end) {
    if (*at == '"') {
      at = sluice_json_past_string(at, end);
      if (!at) return NULL;
    } else if (*at == '{' || *at == '[') {
      depth++;
      at++;
    } else if (*at == '}' || *at == ']' || *at == ',') {
      if (depth == 0) break;
      if (*at != ',') depth--;
      at++;
    } else {
      at++;
    }
    if (depth == 0 && (at == end || *at == ',' || *at == '}' || *at == ']')) break;
  }
  while (at > start && sluice_json_space(at - 1, at) == at) at--;
  return depth == 0 && at > start ? at : NULL;
}

/* The value at `*at`, and *at moved behind it and a comma. Empty at the end of the members. */
static inline sluice_str sluice_json_step(const char** at, const char* end) {
  sluice_str value = {NULL, 0};
  const char* const start = sluice_json_space(*at, end);
  const char* const stop = start < end ? sluice_json_past_value(start, end) : NULL;
  if (!stop) return value;
  value.data = start;
  value.size = (uint64_t)(stop - start);
  *at = sluice_json_space(stop, end);
  if (*at < end && **at == ',') ++*at;
  return value;
}

/* The member's value, with *name its raw name; an array's items have none. */
static inline sluice_str sluice_json_member(const char** at, const char* end, int named, sluice_str* name) {
  const sluice_str none = {NULL, 0};
  *name = none;
  if (named) {
    const char* const start = sluice_json_space(*at, end);
    const char* const stop = start < end && *start == '"' ? sluice_json_past_string(start, end) : NULL;
    const char* const colon = stop ? sluice_json_space(stop, end) : end;
    if (colon == end || *colon != ':') return none;
    name->data = start + 1;
    name->size = (uint64_t)(stop - start - 2);
    *at = colon + 1;
  }
  return sluice_json_step(at, end);
}

/* ---- What modules use. ----------------------------------------------------------------------------------
 */

/* The raw text of one member, found by name or index; empty (data null) when there is none. */
static inline sluice_str sluice_json_child(sluice_str value, const char* key, uint64_t key_size) {
  const sluice_str none = {NULL, 0};
  const char *at, *end;
  sluice_str name, found;
  uint64_t index = 0, i;
  int named;
  if (value.size < 2 || (*value.data != '{' && *value.data != '[')) return none;
  named = *value.data == '{';
  if (!named && key_size == 0) return none;
  if (!named)
    for (i = 0; i < key_size; i++) {
      if (key[i] < '0' || key[i] > '9' || i > 8) return none;
      index = index * 10 + (uint64_t)(key[i] - '0');
    }
  at = value.data + 1;
  end = value.data + value.size - 1;
  while ((found = sluice_json_member(&at, end, named, &name)).data) {
    if (named ? name.size == key_size && memcmp(name.data, key, key_size) == 0 : index-- == 0) return found;
  }
  return none;
}

/* The raw text of the value at a pointer; empty (data null) when there is none. */
static inline sluice_str sluice_json_at(sluice_str json, const char* pointer) {
  const char* at = json.data;
  sluice_str value = {NULL, 0};
  if (json.size > 0) value = sluice_json_step(&at, json.data + json.size);
  while (value.data && *pointer == '/') {
    const uint64_t size = strcspn(++pointer, "/");
    value = sluice_json_child(value, pointer, size);
    pointer += size;
  }
  return value;
}

/* How many items an array or members an object has; 0 for anything else. */
static inline uint64_t sluice_json_count(sluice_str json, const char* pointer) {
  const sluice_str value = sluice_json_at(json, pointer);
  const char *at = value.data, *end;
  sluice_str name;
  uint64_t count = 0;
  if (value.size < 2 || (*at != '{' && *at != '[')) return 0;
  end = at++ + value.size - 1;
  while (sluice_json_member(&at, end, *value.data == '{', &name).data) count++;
  return count;
}

/* A whole number. Fails: NOT_FOUND, ARGUMENT (something else, or beyond int64). */
static inline sluice_status sluice_json_integer(sluice_str json, const char* pointer, int64_t* out) {
  const sluice_str value = sluice_json_at(json, pointer);
  const uint64_t limit = (uint64_t)INT64_MAX;
  uint64_t number = 0, i = 0;
  *out = 0;
  if (!value.data) return SLUICE_STATUS_NOT_FOUND;
  if (*value.data == '-') i++;
  if (i == value.size) return SLUICE_STATUS_ARGUMENT;
  for (; i < value.size; i++) {
    const uint64_t digit = (uint64_t)(unsigned char)value.data[i] - '0';
    if (digit > 9 || number > (limit - digit) / 10) return SLUICE_STATUS_ARGUMENT;
    number = number * 10 + digit;
  }
  *out = *value.data == '-' ? -(int64_t)number : (int64_t)number;
  return SLUICE_STATUS_OK;
}

/* true: 1, false: 0. Fails: NOT_FOUND, ARGUMENT (neither). */
static inline sluice_status sluice_json_flag(sluice_str json, const char* pointer, int32_t* out) {
  const sluice_str value = sluice_json_at(json, pointer);
  *out = value.size == 4 && memcmp(value.data, "true", 4) == 0;
  if (!value.data) return SLUICE_STATUS_NOT_FOUND;
  return *out || (value.size == 5 && memcmp(value.data, "false", 5) == 0) ? SLUICE_STATUS_OK
                                                                          : SLUICE_STATUS_ARGUMENT;
}

/* Four hexadecimal digits at `at`; a number above 0xFFFF when they are none. */
static inline uint32_t sluice_json_hex(const char* at, const char* end) {
  uint32_t value = 0, i;
  for (i = 0; i < 4; i++) {
    const char c = end - at > (int32_t)i ? at[i] : 'x';
    const uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                           : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                           : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                  : 0x10000u;
    if (digit > 15) return 0x10000u;
    value = value << 4 | digit;
  }
  return value;
}

/* The character behind a backslash at *at, moved behind it; above 0x10FFFF when there is none. */
static inline uint32_t sluice_json_escape(const char** at, const char* end) {
  static const char written[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  const char* const known = *at < end ? strchr(written, **at) : NULL;
  uint32_t high, low;
  if (known && *known) {
    ++*at;
    return (uint32_t)(unsigned char)meant[known - written];
  }
  if (*at == end || **at != 'u') return 0x110000u;
  high = sluice_json_hex(*at + 1, end);
  if (high > 0xFFFF) return 0x110000u;
  *at += 5;
  if (high < 0xD800 || high > 0xDFFF) return high;
  if (high > 0xDBFF || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u') return 0x110000u;
  low = sluice_json_hex(*at + 2, end);
  if (low < 0xDC00 || low > 0xDFFF) return 0x110000u;
  *at += 6;
  return 0x10000u + ((high - 0xD800) << 10 | (low - 0xDC00));
}

static inline uint32_t sluice_json_utf8(uint32_t c, char* out) {
  uint32_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;
  static const uint32_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (i = size; i-- > 1; c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
  out[0] = (char)(lead[size] | c);
  return size;
}

/* Text, its escapes resolved, with a NUL behind; `room` counts the NUL. Text with a NUL in it is refused.
 * Fails: NOT_FOUND, ARGUMENT (no text), LIMIT (no room). */
static inline sluice_status sluice_json_text(sluice_str json, const char* pointer, char* out, uint64_t room) {
  const sluice_str value = sluice_json_at(json, pointer);
  const char *at = value.data, *end;
  uint64_t size = 0;
  if (room > 0) *out = '\0';
  if (!value.data) return SLUICE_STATUS_NOT_FOUND;
  if (value.size < 2 || *at != '"' || at[value.size - 1] != '"') return SLUICE_STATUS_ARGUMENT;
  for (end = at++ + value.size - 1; at < end;) {
    char bytes[4];
    uint32_t count = 1, c;
    bytes[0] = *at++;
    if (bytes[0] == '\\') {
      c = sluice_json_escape(&at, end);
      if (c == 0 || c > 0x10FFFF) return SLUICE_STATUS_ARGUMENT;
      count = sluice_json_utf8(c, bytes);
    }
    if (size + count >= room) return SLUICE_STATUS_LIMIT;
    memcpy(out + size, bytes, count);
    size += count;
    out[size] = '\0';
  }
  return SLUICE_STATUS_OK;
}

#ifdef __cplusplus
}
#endif
#endif
