#include "parameters.hpp"

#include <algorithm>
#include <string>

#include <sluice/json.hpp>

namespace sluice::fmp4 {
namespace {

constexpr std::size_t most_ids = 64;

[[noreturn]] void refuse(const std::string& pointer, const std::string& words) {
  throw Error(SLUICE_STATUS_ARGUMENT, pointer + ": " + words);
}

Format format_of(std::string_view name) {
  if (name == "mp4") return Format::progressive;
  if (name == "cmaf") return Format::cmaf;
  throw Error(SLUICE_STATUS_NOT_SUPPORTED, "the formats are mp4 and cmaf");
}

void refuse_unknown_members(std::string_view json, Format format) {
  const sluice_str object = sluice_json_at(to_abi(json), "");
  if (object.size < 2 || *object.data != '{') refuse("/", "expected a JSON object");
  const char* at = object.data + 1;
  sluice_str name{};
  while (sluice_json_member(&at, object.data + object.size - 1, 1, &name).data) {
    const std::string_view known = from_abi(name);
    if (known == "tracks" || known == "prft") continue;
    if (known == "fragment_ms" && format == Format::progressive) continue;
    refuse("/" + std::string(known.substr(0, 64)),
           format == Format::cmaf ? "cmaf has the parameters tracks and prft"
                                  : "mp4 has the parameters tracks, fragment_ms and prft");
  }
}

void read_ids(const Json& json, Parameters& out) {
  const std::uint64_t count = json.count("/tracks");
  if (count == 0 || count > most_ids) refuse("/tracks", "expected 1 to 64 track ids");
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string pointer = "/tracks/" + std::to_string(i);
    const std::int64_t id = json.integer(pointer);
    if (id < 1 || id > 0xffffffff) refuse(pointer, "expected a track id, from 1");
    out.ids.push_back(static_cast<std::uint32_t>(id));
  }
  out.choice = Choice::listed;
}

void read_tracks(const Json& json, std::string_view text, Parameters& out) {
  if (*sluice_json_at(to_abi(text), "/tracks").data == '[') return read_ids(json, out);
  const std::string choice = json.text("/tracks");
  if (choice == "muxed") {
    out.choice = Choice::every;
  } else if (choice == "video") {
    out.choice = Choice::video;
  } else if (choice == "audio") {
    out.choice = Choice::audio;
  } else {
    refuse("/tracks", "expected \"muxed\", \"video\", \"audio\" or a list of track ids");
  }
}

}  // namespace

bool Parameters::wants(std::uint32_t id) const {
  return choice != Choice::listed || std::find(ids.begin(), ids.end(), id) != ids.end();
}

Parameters parse_parameters(std::string_view format, std::string_view text) {
  Parameters out;
  out.format = format_of(format);
  out.producer_time = out.format == Format::cmaf;
  refuse_unknown_members(text, out.format);
  const Json json(text);
  if (json.has("/tracks")) read_tracks(json, text, out);
  if (json.has("/prft")) out.producer_time = json.flag("/prft");
  if (json.has("/fragment_ms")) {
    const std::int64_t milliseconds = json.integer("/fragment_ms");
    if (milliseconds < 0 || milliseconds > 2000) refuse("/fragment_ms", "expected 0 to 2000");
    out.fragment_ns = milliseconds * 1'000'000;
  }
  return out;
}

}  // namespace sluice::fmp4
