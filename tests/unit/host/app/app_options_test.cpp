#include "app_options.hpp"

#include <catch2/catch.hpp>

using namespace sluice;
using namespace std::chrono_literals;

TEST_CASE("the command line outvotes the file about the log") {
  config::Settings settings = config::default_settings();
  settings.log.level = "warn";
  settings.log.format = config::LogFormat::json;
  settings.log.lines_per_second = 3;
  auto options = log_options(settings, {});
  REQUIRE(options.level == observe::Level::warn);
  REQUIRE(options.json);
  REQUIRE(options.lines_per_second == 3);
  options = log_options(settings, {"trace", "text"});
  REQUIRE(options.level == observe::Level::trace);
  REQUIRE_FALSE(options.json);
  REQUIRE_FALSE(level_named("loud").has_value());
}

TEST_CASE("limits reach the engine, per app") {
  config::Settings settings = config::default_settings();
  settings.limits.memory_bytes = 123;
  settings.limits.frame_bytes = 45;
  settings.limits.streams = 6;
  settings.limits.subscription_bytes = 7;
  settings.limits.subscription_time = 8ms;
  settings.limits.stalled_viewer = 9ms;
  settings.apps["keen"] = settings.default_app;
  settings.apps["keen"].takeover = config::Takeover::replace;
  settings.apps["keen"].grace = 10ms;
  settings.apps["keen"].gop_cache_bytes = 1u << 30;
  const engine::Options options = engine_options(settings);
  REQUIRE(options.memory_budget == 123);
  REQUIRE(options.max_frame == 45);
  REQUIRE(options.max_streams == 6);
  const auto keen = options.app_options("keen");
  REQUIRE(keen.takeover);
  REQUIRE(keen.grace == 10ms);
  REQUIRE(keen.lag_bytes == 7);
  REQUIRE(keen.lag_time == 8ms);
  REQUIRE(keen.stuck_after == 9ms);
  REQUIRE(keen.memory_share >= 2 * keen.cache_bytes);
  const auto other = options.app_options("other");
  REQUIRE_FALSE(other.takeover);
  REQUIRE(other.grace == settings.default_app.grace);
}

TEST_CASE("the defaults are those of the table of limits") {
  const auto options = engine_options(config::default_settings());
  const auto app = options.app_options("live");
  REQUIRE(app.grace == 15s);
  REQUIRE(app.cache_bytes == 16u << 20);
  REQUIRE(app.cache_time == 10s);
  REQUIRE(app.lag_bytes == 4u << 20);
  REQUIRE(app.lag_time == 3s);
  REQUIRE(app.first_frame_timeout == 20s);
  REQUIRE(app.idle_timeout == 5s);
  REQUIRE(options.max_frame == 8u << 20);
}

TEST_CASE("publishing is open to this machine only unless the file says otherwise") {
  REQUIRE(auth_policy(config::default_settings()).publish_from == auth::AuthPolicy::PublishFrom::loopback);
  const auto open = config::parse_settings(R"({"auth": {"publish_from": "anywhere"}})", "x.json");
  REQUIRE(open.has_value());
  REQUIRE(auth_policy(*open).publish_from == auth::AuthPolicy::PublishFrom::anywhere);
  REQUIRE(config::parse_settings(R"({"auth": {"publish_from": "moon"}})", "x.json").has_error());
}
