// What a wish for fragmented MP4 may say.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <sluice/error.hpp>

namespace sluice::fmp4 {

enum class Format {
  progressive,  // "mp4"
  cmaf,         // "cmaf"
};

enum class Choice {
  every,  // "muxed": all tracks that MP4 can carry
  video,  // "video": the first one
  audio,  // "audio": the first one
  listed  // [1, 2]: these, by their ids
};

struct Parameters {
  Format format = Format::cmaf;
  Choice choice = Choice::every;
  std::vector<std::uint32_t> ids;
  std::int64_t fragment_ns = 100'000'000;  // progressive: how much is gathered into one fragment
  bool producer_time = false;              // write "prft" where the capture time is known

  bool wants(std::uint32_t id) const;
};

//   mp4   {"tracks": ..., "fragment_ms": 0 to 2000, default 100, "prft": default false}
//   cmaf  {"tracks": "muxed" (default) | "video" | "audio" | [ids], "prft": default true}
// Throws Error: NOT_SUPPORTED (format), ARGUMENT (naming the JSON pointer).
Parameters parse_parameters(std::string_view format, std::string_view json);

}  // namespace sluice::fmp4
