// N players of one stream from one thread. Joins them at a given rate, waits until all have a picture,
// measures a window of steady play, prints one JSON line, and keeps playing until standard input ends so that
// memory can be looked at.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "options.hpp"
#include "viewer_session.hpp"

namespace sluice::bench {

struct LoadPlan {
  std::uint16_t port;
  MakeSession make_session;
  std::size_t players;
  std::size_t witnesses;
  std::size_t joins_per_second;
  std::chrono::milliseconds join_deadline;
  std::chrono::milliseconds settle;
  std::chrono::milliseconds window;
  std::chrono::milliseconds stall;
  pid_t watched;  // the server
};

// What every load client takes, and `more`.
std::map<std::string, std::string> load_options(std::map<std::string, std::string> more);
LoadPlan read_load_plan(const Options& options, MakeSession make_session);
void run_load(LoadPlan plan);

}  // namespace sluice::bench
