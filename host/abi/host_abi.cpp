#include "abi/host_abi.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "abi/clock_abi.hpp"
#include "abi/engine_abi.hpp"
#include "abi/events_abi.hpp"
#include "abi/handles.hpp"
#include "abi/log_abi.hpp"
#include "abi/metrics_abi.hpp"
#include "abi/net_abi.hpp"
#include "abi/registry_abi.hpp"
#include "abi/report_abi.hpp"
#include "abi/services_abi.hpp"
#include "abi/struct_check.hpp"

namespace sluice::abi {

namespace {

struct Served {
  std::string_view id;
  std::uint32_t minor;
  const void* table;
};

const auto& served() {
  static const std::array all = {
      Served{SLUICE_REGISTRY_ID, 0, registry_table()}, Served{SLUICE_ENGINE_ID, 0, engine_table()},
      Served{SLUICE_NET_ID, 0, &net_table()},          Served{SLUICE_EVENTS_ID, 0, &events_table()},
      Served{SLUICE_LOG_ID, 0, &log_table()},          Served{SLUICE_METRICS_ID, 0, &metrics_table()},
      Served{SLUICE_CLOCK_ID, 0, &clock_table()},      Served{SLUICE_SERVICES_ID, 0, &services_table()},
      Served{SLUICE_REPORT_ID, 0, &report_table()}};
  return all;
}

sluice_status get_interface(void* self, sluice_str id, std::uint32_t minor_min, sluice_interface* out,
                            sluice_err* err) noexcept {
  if (const auto status = prepare_output(out); status != SLUICE_STATUS_OK) {
    return fail(err, status, "get_interface wants an interface with its struct_size set");
  }
  if (self == nullptr || !readable(id, 256)) {
    return fail(err, SLUICE_STATUS_ARGUMENT, "get_interface wants the host's self and an interface id");
  }
  const auto found =
      std::find_if(served().begin(), served().end(), [&](const Served& one) { return one.id == view(id); });
  if (found == served().end()) {
    return fail(err, SLUICE_STATUS_NOT_FOUND, "this host provides no " + std::string(view(id)),
                "name it under module.requires of the manifest, so that this is seen before the start");
  }
  if (found->minor < minor_min) {
    return fail(err, SLUICE_STATUS_NOT_SUPPORTED,
                "this host serves " + std::string(found->id) + " up to minor " +
                    std::to_string(found->minor) + ", wanted is " + std::to_string(minor_min),
                "update the host");
  }
  return write_struct(out, {sizeof(sluice_interface), found->minor, found->table, self});
}

}  // namespace

sluice_host host_for(Seat& seat) { return {sizeof(sluice_host), 0, &seat, &get_interface}; }

std::vector<modules::HostInterface> host_interfaces() {
  std::vector<modules::HostInterface> interfaces;
  for (const auto& one : served()) interfaces.push_back({std::string(one.id), one.minor});
  return interfaces;
}

}  // namespace sluice::abi
