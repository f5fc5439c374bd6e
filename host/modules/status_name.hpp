// Status codes of the module boundary as words, for messages.
#pragma once

#include <sluice/abi/types.h>

#include <string>

namespace sluice::modules {

inline std::string status_name(sluice_status status) {
  static constexpr const char* names[] = {
      "OK", "ARGUMENT", "STATE", "NOT_FOUND", "BUSY",    "DENIED", "NOT_SUPPORTED", "LIMIT",    "NO_MEMORY",
      "IO", "PROTOCOL", "MEDIA", "CANCELLED", "TIMEOUT", "GONE",   "NEWER_FIELD",   "INTERNAL", "UNASKED"};
  if (status <= 0 && status >= SLUICE_STATUS_UNASKED) return names[-status];
  return "unknown status " + std::to_string(status);
}

}  // namespace sluice::modules
