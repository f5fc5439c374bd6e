// The settings, as each room of the host wants them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/auth_chain.hpp"
#include "config/settings.hpp"
#include "engine/options.hpp"
#include "net/listeners.hpp"
#include "observe/log.hpp"

namespace sluice {

// Of the command line, where they outvote the config file; empty: not given.
struct LogChoice {
  std::string level;
  std::string format;
};

std::optional<observe::Level> level_named(std::string_view name);
observe::LogOptions log_options(const config::Settings& settings, const LogChoice& choice);
// Keeps a copy of the settings for apps that come up later.
engine::Options engine_options(const config::Settings& settings);
net::AcceptLimits accept_limits(const config::Settings& settings);
auth::AuthPolicy auth_policy(const config::Settings& settings);

}  // namespace sluice
