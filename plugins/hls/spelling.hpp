// How numbers, times and dates are spelt in playlists and manifests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::hls {

// Nanoseconds as seconds with five decimals, rounded: 2002000000 -> "2.00200". Negative becomes zero.
std::string spell_seconds(std::int64_t ns);

// ISO 8601 with milliseconds in UTC: "2026-03-01T12:00:00.040Z". `ns` since 1970-01-01.
std::string spell_date_time(std::int64_t ns);

// ISO 8601 duration as DASH wants it: "PT2.002S".
std::string spell_duration(std::int64_t ns);

// For text in a quoted attribute of a playlist: what would end it or the line is left out.
std::string quoted(std::string_view text);

// For text in an XML attribute; control characters, which XML 1.0 cannot carry, are left out.
std::string xml_escaped(std::string_view text);

}  // namespace sluice::hls
