#include "stream_list.hpp"

#include <functional>
#include <sluice/json.hpp>

namespace sluice::hls {
namespace {

using OnStream = std::function<void(const Json& list, const std::string& at)>;

void each_stream(const Host& host, const OnStream& on_stream) {
  std::string text(1 << 16, '\0');
  sluice_text out{text.data(), text.size(), 0};
  const auto& registry = host.registry();
  sluice_status status = registry.call(&sluice_registry::list, registry.self(), &out);
  if (status == SLUICE_STATUS_LIMIT) {
    text.resize(out.size + 4096);
    out = {text.data(), text.size(), 0};
    status = registry.call(&sluice_registry::list, registry.self(), &out);
  }
  if (status != SLUICE_STATUS_OK) return;
  const Json list(std::string_view(text).substr(0, out.size));
  for (std::uint64_t i = 0; i < list.count("/streams"); ++i) on_stream(list, "/streams/" + std::to_string(i));
}

}  // namespace

std::vector<std::string> live_keys(const Host& host) {
  std::vector<std::string> keys;
  each_stream(host, [&](const Json& list, const std::string& at) {
    if (list.text(at + "/state") != "ended") keys.push_back(list.text(at + "/key"));
  });
  return keys;
}

std::uint32_t segment_bound(const Host& host, const std::string& key) {
  std::uint32_t seconds = 0;
  each_stream(host, [&](const Json& list, const std::string& at) {
    if (list.text(at + "/key") == key && list.has(at + "/segment_bound_ms"))
      seconds = static_cast<std::uint32_t>(list.integer(at + "/segment_bound_ms") / 1000);
  });
  return seconds;
}

}  // namespace sluice::hls
