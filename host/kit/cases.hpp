// What the kit tries with a module, each case in a process of its own. A case says what it saw, or ends by
// fail() and skip() of trial.hpp.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace sluice::kit {

class Trial;

struct Case {
  std::string_view name;
  std::string_view rule;  // the one it is about
  std::string_view proves;
  std::chrono::seconds deadline;
  std::string (*run)(Trial& trial);
};

// The rule that a process which crashed or ended in this case has broken.
std::string_view rule_of_crash(const Case& one);

// In the order in which they are tried. When one of the first two fails nothing else makes sense.
std::span<const Case> all_cases();
inline constexpr std::size_t founding_cases = 2;
const Case* find_case(std::string_view name);

std::string try_entry(Trial& trial);
std::string try_life(Trial& trial);
std::string try_many_lives(Trial& trial);
std::string try_two_generations(Trial& trial);
std::string try_questions(Trial& trial);
std::string try_lanes(Trial& trial);
std::string try_global_state(Trial& trial);

std::string try_wrong_config(Trial& trial);
std::string try_hostile_config(Trial& trial);
std::string try_reconfigure(Trial& trial);

std::string try_drain_with_sessions(Trial& trial);
std::string try_stop_with_sessions(Trial& trial);

std::string try_newer_host(Trial& trial);
std::string try_absent_methods(Trial& trial);
std::string try_absent_interfaces(Trial& trial);

std::string try_auth_answers(Trial& trial);
std::string try_auth_hostile(Trial& trial);
std::string try_auth_storm(Trial& trial);

std::string try_service_calls(Trial& trial);

std::string try_packager_frames(Trial& trial);

std::string try_socket_noise(Trial& trial);
std::string try_socket_hang_ups(Trial& trial);
std::string try_socket_crowd(Trial& trial);
std::string try_socket_slow(Trial& trial);

std::string try_stream_media(Trial& trial);
std::string try_stream_viewers(Trial& trial);
std::string try_stream_taken_away(Trial& trial);

}  // namespace sluice::kit
