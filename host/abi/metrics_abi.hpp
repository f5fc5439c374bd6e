// The host's side of sluice.metrics/1.
#pragma once

#include <sluice/abi/metrics.h>

namespace sluice::abi {

const sluice_metrics& metrics_table();  // self: Seat*

}  // namespace sluice::abi
