// Names in manifests: interface ids ("sluice.engine/1"), module ids ("acme.srt"), versions, glob patterns.
// Pure.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace sluice::modules {

bool valid_interface_id(std::string_view id);
bool valid_module_id(std::string_view id);

// "sluice.engine/9" -> "sluice.engine"
std::string_view interface_name(std::string_view id);

// Order of versions after semver: numbers by value, a pre-release ("-rc1") below its release, build part
// ignored.
std::strong_ordering compare_versions(std::string_view a, std::string_view b);

// `*` and `?` only.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace sluice::modules
