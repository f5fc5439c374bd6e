#include "abi/report_abi.hpp"

#include "abi/handles.hpp"
#include "abi/struct_check.hpp"
#include "observe/host_report.hpp"

namespace sluice::abi {

namespace {

template <auto Part>
sluice_status tell(void* self, sluice_text* out) noexcept {
  if (out != nullptr) out->size = 0;
  if (self == nullptr || out == nullptr) return SLUICE_STATUS_ARGUMENT;
  const observe::HostReport* const report = seat_of(self).host.report;
  if (report == nullptr || !(report->*Part)) return SLUICE_STATUS_NOT_SUPPORTED;
  return write_text(out, (report->*Part)().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

const sluice_report& report_table() {
  static constexpr sluice_report table{sizeof(sluice_report), 0, &tell<&observe::HostReport::health>,
                                       &tell<&observe::HostReport::metrics>};
  return table;
}

}  // namespace sluice::abi
