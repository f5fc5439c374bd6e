// Error: how a module's own code refuses; boundary.hpp turns it into a status with text.
#pragma once

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sluice/abi/types.h>

namespace sluice {

inline sluice_str to_abi(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view from_abi(sluice_str text) {
  return text.data ? std::string_view(text.data, text.size) : std::string_view{};
}

class Error : public std::runtime_error {
 public:
  Error(sluice_status status, const std::string& message, std::string hint = {})
      : std::runtime_error(message), status_(status), hint_(std::move(hint)) {}
  explicit Error(const sluice_err& err) : Error(err.status, err.message, err.hint) {}

  sluice_status status() const { return status_; }
  const std::string& hint() const { return hint_; }

 private:
  sluice_status status_;
  std::string hint_;
};

// An sluice_err ready to be passed as output.
inline sluice_err empty_err() {
  sluice_err err{};
  err.struct_size = sizeof err;
  return err;
}

namespace detail {
inline void copy_text(char* to, std::size_t room, std::string_view text) {
  const std::size_t size = std::min(room - 1, text.size());
  std::memcpy(to, text.data(), size);
  to[size] = '\0';
}
}  // namespace detail

// Fills the caller's err, if there is one, and hands the status on.
inline sluice_status fail(sluice_err* err, sluice_status status, std::string_view message,
                          std::string_view hint = {}) {
  if (err && err->struct_size >= sizeof(sluice_err)) {
    err->status = status;
    err->module_code = 0;
    detail::copy_text(err->message, sizeof err->message, message);
    detail::copy_text(err->hint, sizeof err->hint, hint);
  }
  return status;
}

inline std::string_view status_name(sluice_status status) {
  constexpr std::string_view names[] = {
      "ok", "argument", "state", "not found", "busy",    "denied", "not supported", "limit",   "no memory",
      "io", "protocol", "media", "cancelled", "timeout", "gone",   "newer field",   "internal"};
  const auto index = static_cast<std::size_t>(-static_cast<long>(status));
  return index < std::size(names) ? names[index] : "unknown";
}

// What a host's call returned, with its words if it had any.
inline Error error_of(sluice_status status, const sluice_err& err) {
  return err.message[0] != '\0' ? Error(status, err.message, err.hint)
                                : Error(status, "the host says: " + std::string(status_name(status)));
}

}  // namespace sluice
