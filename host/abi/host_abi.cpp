#include "abi/host_abi.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "abi/call_check.hpp"
#include "abi/checked_tables.hpp"
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
  const void* checked;
};

const auto& served() {
  static const std::array all = {Served{SLUICE_REGISTRY_ID, 0, registry_table(), &checked_registry()},
                                 Served{SLUICE_ENGINE_ID, 0, engine_table(), &checked_engine()},
                                 Served{SLUICE_NET_ID, 0, &net_table(), &checked_net()},
                                 Served{SLUICE_EVENTS_ID, 0, &events_table(), &checked_events()},
                                 Served{SLUICE_LOG_ID, 0, &log_table(), &checked_log()},
                                 Served{SLUICE_METRICS_ID, 0, &metrics_table(), &checked_metrics()},
                                 Served{SLUICE_CLOCK_ID, 0, &clock_table(), &checked_clock()},
                                 Served{SLUICE_SERVICES_ID, 0, &services_table(), &checked_services()},
                                 Served{SLUICE_REPORT_ID, 0, &report_table(), &checked_report()}};
  return all;
}

sluice_status find_interface(void* self, sluice_str id, std::uint32_t minor_min, sluice_interface* out,
                             sluice_err* err) {
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
  const void* const table = seat_of(self).book != nullptr ? found->checked : found->table;
  return write_struct(out, {sizeof(sluice_interface), found->minor, table, self});
}

sluice_status get_interface(void* self, sluice_str id, std::uint32_t minor_min, sluice_interface* out,
                            sluice_err* err) noexcept {
  const sluice_status status = find_interface(self, id, minor_min, out, err);
  if (status == SLUICE_STATUS_ARGUMENT && self != nullptr && seat_of(self).book != nullptr) {
    told({SLUICE_STATUS_OK, &seat_of(self)}, {"sluice_host", "get_interface"}, status, err);
  }
  return status;
}

}  // namespace

sluice_host host_for(Seat& seat) { return {sizeof(sluice_host), 0, &seat, &get_interface}; }

std::vector<modules::HostInterface> host_interfaces() {
  std::vector<modules::HostInterface> interfaces;
  for (const auto& one : served()) interfaces.push_back({std::string(one.id), one.minor});
  return interfaces;
}

}  // namespace sluice::abi
