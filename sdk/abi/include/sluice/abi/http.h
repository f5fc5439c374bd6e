/* sluice.http/1: routes. Whoever wants to answer HTTP hands the host a registration record
 * (sluice.services/1) and needs to know nothing of sockets, TLS or HTTP versions:
 *
 *   iface "sluice.http/1", kind "route", name "METHODS HOST PATTERN", details: JSON, below
 *
 * - METHODS: one or more of GET POST PUT PATCH DELETE OPTIONS joined by "|", or "*" for all of them. GET
 *   answers HEAD as well; OPTIONS is answered for you (Allow, CORS) unless a route names it.
 * - HOST: "*", or a host name in lower case without port.
 * - PATTERN: a path of literal segments and variables:
 *   - {name}: one or more bytes within a segment, which may have literal text on either side; at most one in
 *     a segment.
 *   - {name...}: a canonical stream key, app/name[/...][~layer]; may have literal text after it
 *     ("/{key...}.acme").
 *   - {name*}: any rest, also none: whole segments, at the pattern's end. At most one of the last two in a
 *     pattern.
 *
 * Which route. The path is decoded and judged once, before any route is looked at: percent-encoding of
 * unreserved characters is undone; "." and ".." segments, empty segments, backslash, NUL, encoded slashes and
 * bytes that are not UTF-8 are 400. Of the patterns that fit the path the most specific one is taken: a named
 * host before "*", then the one with the most literal bytes, then without {name...} and {name*}, then with
 * fewer variables, then the lesser name. So "/{key...}/index.html" goes before "/{key...}". If that pattern
 * has no route for the method the answer is 405. Two routes of the same pattern (names of variables do not
 * count) and method: the first one registered answers, the later waits until it goes, and the log says so.
 *
 * Details, one of these; unknown fields are refused (the log names record, field and owner):
 *   {"answer": "call", "shared": false, "body_bytes": 65536, "timeout_ms": 30000}
 *       The record's handler is invoked with SLUICE_HTTP_REQUEST. `body_bytes`: the longest request body, at
 *       most SLUICE_HTTP_BODY_MOST. "shared": true: the answer depends on method, path and query alone.
 *       Equal GET requests are then asked once for each lane of the http module: all that wait there get the
 *       same answer, and it is kept as long as its `cache_ms` says.
 *   {"answer": "stream", "format": "acme", "parameters": {}, "mime": "video/x-acme", "websocket": false}
 *       The stream named by the pattern's {key...} in that packaging (sluice.packager/1), as an endless body
 *       or, if asked for, as binary WebSocket messages, one a chunk. The peer needs the right to play.
 *   {"answer": "files", "root": "/absolute/folder", "index": "index.html", "cache_s": 0}
 *       The file of the path bound to the pattern's {name*}; without one, `index`. Byte ranges, ETag,
 *       conditional requests. What lies outside of root, is no plain file or starts with a dot is not found.
 *
 * "headers": {"Name": "value"} may stand in any of them and goes with each answer. */
#ifndef SLUICE_ABI_HTTP_H
#define SLUICE_ABI_HTTP_H

#include "services.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_HTTP_ID "sluice.http/1"

enum {
  /* The one method of a route's handler. Question: u32 little-endian size of the head, the head, the body.
   * The head is a JSON object:
   *   {"method": "GET", "path": "/live/cam/part", "query": "number=7", "params": {"key": "live/cam"},
   *    "headers": {"user-agent": "..."}, "peer": "192.0.2.7:50123", "secure": false, "host": "example.org"}
   * path: decoded; query: as it came, without '?'; header names in lower case, equal ones joined by ", ";
   * HEAD arrives as GET. A shared route's question has no headers, peer, host and secure.
   * Answer: u32 little-endian size of the head, the head, body bytes; then the body bytes of the answer's
   * frames, all their spans in order (answer_with), which go to the socket without a copy. The head:
   *   {"status": 200, "headers": {"Content-Type": "text/html"}, "cache_ms": 0, "ranges": false, "more":
   * "word"} The length and everything of the connection is the http module's. "ranges": true: a 200 answer
   * may be cut to the byte range the peer asked for. "more" (1 to 1024 bytes, not of a shared route): the
   * body is longer than this. Once the peer has what there is, the handler is asked the same question with
   * "more": "word" in its head, and answers, at once or when there is something, with what follows: of that
   * head only "more" counts, and a body without it is complete. A status other than 200, a failed call and
   * one not answered in time break the body off, so that the peer cannot take it for whole. A failed call is
   * told to the peer as 503 (BUSY, GONE, UNASKED), 403 (DENIED), 404 (NOT_FOUND), 504 (no answer in time),
   * else 500. A handler that goes away before it answers is GONE: its successor is asked in its place, but
   * not what may have acted on a POST or PATCH already. */
  SLUICE_HTTP_REQUEST = 1
};

enum {
  SLUICE_HTTP_BODY_MOST = 196608, /* bytes of a request's body; with its head it is one question */
  SLUICE_HTTP_CACHE_MOST = 60000  /* cache_ms beyond this is cut to it */
};

#ifdef __cplusplus
}
#endif
#endif
