#include "kit/wordless.hpp"

#include <sluice/abi/types.h>

#include <string>

#include "modules/status_name.hpp"

namespace sluice::kit {

bool wordless(std::string_view message) {
  constexpr std::string_view before = "configuration: ";
  const auto at = message.find(before);
  if (at == std::string_view::npos) return false;
  const auto words = message.substr(at + before.size());
  if (words.starts_with("unknown status ")) return true;
  for (int status = SLUICE_STATUS_INTERNAL; status <= SLUICE_STATUS_OK; ++status) {
    const auto name = modules::status_name(status);
    if (words == name || words.starts_with(name + " (")) return true;
  }
  return false;
}

}  // namespace sluice::kit
