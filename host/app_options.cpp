#include "app_options.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace sluice {
namespace {

constexpr std::array<std::pair<std::string_view, observe::Level>, 6> levels{{{"trace", observe::Level::trace},
                                                                             {"debug", observe::Level::debug},
                                                                             {"info", observe::Level::info},
                                                                             {"warn", observe::Level::warn},
                                                                             {"error", observe::Level::error},
                                                                             {"off", observe::Level::off}}};

engine::AppOptions app_options(const config::Settings& settings, std::string_view name) {
  const config::AppSettings& app = settings.app(std::string(name));
  engine::AppOptions options;
  options.takeover = app.takeover == config::Takeover::replace;
  options.grace = app.grace;
  options.first_frame_timeout = settings.limits.first_frame;
  options.idle_timeout = settings.limits.idle_publisher;
  options.cache_bytes = app.gop_cache_bytes;
  options.cache_frames = app.gop_cache_frames;
  options.cache_time = app.gop_cache_time;
  // Room for the cache, for what stuck lanes still hold of it, and for the frame being written.
  options.memory_share = std::max(options.memory_share, 4 * app.gop_cache_bytes);
  options.lag_bytes = settings.limits.subscription_bytes;
  options.lag_time = settings.limits.subscription_time;
  options.stuck_after = settings.limits.stalled_viewer;
  return options;
}

}  // namespace

std::optional<observe::Level> level_named(std::string_view name) {
  for (const auto& [known, level] : levels) {
    if (known == name) return level;
  }
  return std::nullopt;
}

observe::LogOptions log_options(const config::Settings& settings, const LogChoice& choice) {
  observe::LogOptions options;
  const std::string& level = choice.level.empty() ? settings.log.level : choice.level;
  options.level = level_named(level).value_or(observe::Level::info);
  options.json =
      choice.format.empty() ? settings.log.format == config::LogFormat::json : choice.format == "json";
  options.file = settings.log.file;
  if (settings.log.lines_per_second > 0) options.lines_per_second = settings.log.lines_per_second;
  return options;
}

engine::Options engine_options(const config::Settings& settings) {
  engine::Options options;
  options.memory_budget = settings.limits.memory_bytes;
  options.max_frame = settings.limits.frame_bytes;
  options.max_streams = settings.limits.streams;
  auto kept = std::make_shared<const config::Settings>(settings);
  options.app_options = [kept](std::string_view app) { return app_options(*kept, app); };
  return options;
}

net::AcceptLimits accept_limits(const config::Settings& settings) {
  net::AcceptLimits limits;
  limits.total = settings.limits.connections;
  limits.per_listener = settings.limits.connections;
  limits.per_address = settings.limits.connections_per_address;
  return limits;
}

auth::AuthPolicy auth_policy(const config::Settings& settings) {
  auth::AuthPolicy policy;
  if (settings.auth.publish_from == config::PublishFrom::anywhere) {
    policy.publish_from = auth::AuthPolicy::PublishFrom::anywhere;
  }
  return policy;
}

}  // namespace sluice
