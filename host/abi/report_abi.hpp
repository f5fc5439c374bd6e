// The host's side of sluice.report/1.
#pragma once

#include <sluice/abi/report.h>

namespace sluice::abi {

const sluice_report& report_table();  // self: Seat*

}  // namespace sluice::abi
