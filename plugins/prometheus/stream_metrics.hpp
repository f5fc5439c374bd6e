// The registry's list of streams and the host's health, as metrics.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>

#include "exposition.hpp"

namespace sluice::prometheus {

// `streams`: of sluice.registry/1's list. At most `most` of them, those with the most viewers, have lines of
// their own; the rest are summed up as stream="(others)", so that the number of series has a bound.
void add_streams(Exposition& out, const nlohmann::json& streams, std::size_t most);

// `health`: of sluice.report/1.
void add_health(Exposition& out, const nlohmann::json& health);

}  // namespace sluice::prometheus
