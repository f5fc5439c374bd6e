// Text from a peer made fit to be shown: control characters, characters that turn text round and bytes that
// are not UTF-8 are written as escapes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::observe {

enum class Escapes {
  plain,   // \n \r \t \xNN
  quoted,  // the same, and \" \\ as inside quotes
  json     // a JSON string's inside; broken UTF-8 becomes U+FFFD
};

// At most `limit` bytes of `text`; "…" follows when it was cut.
void append_printable(std::string& out, std::string_view text, std::size_t limit, Escapes escapes);
std::string printable(std::string_view text, std::size_t limit = 1024);

}  // namespace sluice::observe
