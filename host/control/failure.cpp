#include "control/failure.hpp"

#include <array>
#include <utility>

namespace sluice::control {
namespace {

constexpr std::array<std::pair<Errc, std::string_view>, 10> names{{{Errc::folder, "folder"},
                                                                   {Errc::socket, "socket"},
                                                                   {Errc::no_server, "no_server"},
                                                                   {Errc::several_servers, "several_servers"},
                                                                   {Errc::unreachable, "unreachable"},
                                                                   {Errc::not_allowed, "not_allowed"},
                                                                   {Errc::bad_request, "bad_request"},
                                                                   {Errc::not_found, "not_found"},
                                                                   {Errc::too_large, "too_large"},
                                                                   {Errc::failed, "failed"}}};

}  // namespace

std::string_view errc_name(Errc code) {
  for (const auto& [known, name] : names) {
    if (known == code) return name;
  }
  return "failed";
}

Errc errc_named(std::string_view name) {
  for (const auto& [code, known] : names) {
    if (known == name) return code;
  }
  return Errc::failed;
}

}  // namespace sluice::control
