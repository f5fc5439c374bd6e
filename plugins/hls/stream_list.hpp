// What the registry tells of streams.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sluice/host.hpp>

namespace sluice::hls {

// [any] Of those that are live or wait for their publisher.
std::vector<std::string> live_keys(const Host& host);

// [any] The longest a segment of this stream may be, in whole seconds; 0: not settled yet, or no such stream.
std::uint32_t segment_bound(const Host& host, const std::string& key);

}  // namespace sluice::hls
