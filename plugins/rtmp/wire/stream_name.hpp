// Takes apart how a client names a stream: app and tcUrl from connect, the name from publish or play.
//
//   app  live          tcUrl  rtmp://host/live          name  cam?token=abc
//   app  live?token=x  tcUrl  rtmp://host/live?token=x  name  cam
//
// This only splits, decodes and refuses what can be no name; the canonical key is made elsewhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/error.hpp"

namespace sluice::rtmp {

struct QueryParameter {
  std::string name;
  std::string value;
};

struct StreamName {
  std::string app;                    // "live", or "live/room" for an application instance
  std::string name;                   // "cam", or "a/b"
  std::vector<QueryParameter> query;  // the name's first, then the app's, decoded, order kept

  // The first parameter of that name, or nullptr.
  const std::string* find(std::string_view parameter) const;
};

inline constexpr size_t max_name_length = 4096;  // of each of the three; tokens can be long
inline constexpr size_t max_query_parameters = 64;

// An empty `app` is taken from `tc_url`. Percent escapes are decoded in path and query ('+' stays '+': tokens
// are often base64). Fails with Errc::bad_stream_name: over-long, no app or name, control characters, "." or
// ".." segments, an escaped '/', a broken escape, invalid UTF-8 before or after decoding, too many
// parameters.
Result<StreamName> split_stream_name(std::string_view app, std::string_view tc_url, std::string_view name);

// The app alone, for connect, where there is no name yet. The same rules.
Result<StreamName> split_app(std::string_view app, std::string_view tc_url);

}  // namespace sluice::rtmp
