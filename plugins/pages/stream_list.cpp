#include "stream_list.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <vector>

namespace sluice::pages {
namespace {

using nlohmann::json;

std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

// The named members that are there and plain values: nothing nested gets through by a name alone.
json pick(const json& from, std::initializer_list<const char*> names) {
  json out = json::object();
  if (!from.is_object()) return out;
  for (const char* name : names) {
    const auto found = from.find(name);
    if (found != from.end() && found->is_primitive()) out[name] = *found;
  }
  return out;
}

json pick_each(const json& from, const char* list, std::initializer_list<const char*> names) {
  json out = json::array();
  const auto found = from.find(list);
  if (found == from.end() || !found->is_array()) return out;
  for (const json& one : *found) out.push_back(pick(one, names));
  return out;
}

json shape(const json& stream) {
  json out = pick(stream, {"key", "state", "age_s", "viewers", "bitrate", "fps", "gop_ms", "key_age_ms"});
  out["tracks"] =
      pick_each(stream, "tracks", {"kind", "codec", "width", "height", "sample_rate", "channels"});
  out["packagings"] = pick_each(stream, "packagings", {"format", "viewers"});
  return out;
}

std::int64_t viewers_of(const json& stream) {
  const auto found = stream.find("viewers");
  return found != stream.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

struct Shaped {
  std::string key, text;
  std::int64_t viewers;
};

// As many of the most watched as fit, then by name again.
std::size_t keep_what_fits(std::vector<Shaped>& all, std::size_t most) {
  const std::size_t before = all.size();
  std::sort(all.begin(), all.end(), [](const Shaped& a, const Shaped& b) {
    return a.viewers != b.viewers ? a.viewers > b.viewers : a.key < b.key;
  });
  std::size_t size = 0, kept = 0;
  while (kept < all.size() && size + all[kept].text.size() + 1 <= most) size += all[kept++].text.size() + 1;
  all.resize(kept);
  std::sort(all.begin(), all.end(), [](const Shaped& a, const Shaped& b) { return a.key < b.key; });
  return before - kept;
}

}  // namespace

std::optional<std::string> list_json(std::string_view registry, std::size_t most) {
  const json all = json::parse(registry, nullptr, false);
  if (!all.is_object() || !all.contains("streams") || !all["streams"].is_array()) return std::nullopt;
  std::vector<Shaped> shaped;
  for (const json& stream : all["streams"]) {
    if (!stream.is_object() || !stream.contains("key") || !stream["key"].is_string()) continue;
    shaped.push_back({stream["key"].get<std::string>(), text_of(shape(stream)), viewers_of(stream)});
  }
  constexpr std::size_t frame = 64;  // what stands around the streams
  const std::size_t left_out = keep_what_fits(shaped, most > frame ? most - frame : 0);
  std::string out = R"({"left_out":)" + std::to_string(left_out) + R"(,"streams":[)";
  for (const Shaped& stream : shaped) {
    if (&stream != shaped.data()) out += ',';
    out += stream.text;
  }
  return out + "]}";
}

std::optional<std::string> stream_json(std::string_view list, std::string_view key) {
  const json all = json::parse(list, nullptr, false);
  if (!all.is_object() || !all.contains("streams")) return std::nullopt;
  for (const json& stream : all["streams"])
    if (stream.value("key", "") == key) return text_of({{"stream", stream}});
  return std::nullopt;
}

}  // namespace sluice::pages
