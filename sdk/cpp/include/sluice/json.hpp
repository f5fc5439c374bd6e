// Json: single values out of text that the host gives (a module's configuration, the registry's list),
// without a JSON library. The host has checked a configuration against the manifest's schema and filled in
// defaults.
#pragma once

#include <string>
#include <string_view>

#include <sluice/c/json.h>
#include <sluice/error.hpp>

namespace sluice {

// [any] Borrows the text. Pointers are RFC 6901 without escapes: "/config/users/0/name". What is missing or
// of another kind throws Error(ARGUMENT) that names the pointer.
class Json {
 public:
  explicit Json(std::string_view text) : text_(to_abi(text)) {}

  bool has(const std::string& pointer) const {
    return sluice_json_at(text_, pointer.c_str()).data != nullptr;
  }
  std::uint64_t count(const std::string& pointer) const { return sluice_json_count(text_, pointer.c_str()); }

  std::string text(const std::string& pointer) const {
    std::string out(sluice_json_at(text_, pointer.c_str()).size + 1, '\0');  // escapes only shrink
    check(sluice_json_text(text_, pointer.c_str(), out.data(), out.size()), pointer, "text");
    out.resize(std::strlen(out.c_str()));
    return out;
  }
  std::int64_t integer(const std::string& pointer) const {
    std::int64_t out = 0;
    check(sluice_json_integer(text_, pointer.c_str(), &out), pointer, "a whole number");
    return out;
  }
  bool flag(const std::string& pointer) const {
    std::int32_t out = 0;
    check(sluice_json_flag(text_, pointer.c_str(), &out), pointer, "true or false");
    return out != 0;
  }

 private:
  static void check(sluice_status status, const std::string& pointer, const char* wanted) {
    if (status != SLUICE_STATUS_OK) throw Error(SLUICE_STATUS_ARGUMENT, pointer + ": expected " + wanted);
  }

  sluice_str text_;
};

}  // namespace sluice
