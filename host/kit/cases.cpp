#include "kit/cases.hpp"

#include <algorithm>
#include <array>

namespace sluice::kit {
namespace {

using namespace std::chrono_literals;

constexpr std::array cases = {
    Case{"entry", "SL-ENT-001", "the library maps, its entry answers every offer and does nothing else", 30s,
         &try_entry},
    Case{"life", "SL-RUN-001", "it configures with defaults, starts, drains, stops and is gone", 40s,
         &try_life},
    Case{"many-lives", "R5", "many loads and unloads leave nothing behind", 120s, &try_many_lives},
    Case{"two-generations", "SL-RUN-001", "a second generation starts beside the first and survives it", 40s,
         &try_two_generations},
    Case{"questions", "SL-RUN-002", "health and remaining answer in every state", 40s, &try_questions},
    Case{"lanes", "SL-RUN-002", "every lane comes round to its inbox", 40s, &try_lanes},
    Case{"global-state", "R6", "signals, locale, folder, umask and children are as before", 40s,
         &try_global_state},
    Case{"wrong-config", "SL-CFG-001", "values of the wrong type are refused with words", 60s,
         &try_wrong_config},
    Case{"hostile-config", "SL-RUN-003", "strange values are taken or refused and do no harm", 120s,
         &try_hostile_config},
    Case{"reconfigure", "SL-KIT-006", "changed settings are taken or refused while it serves", 60s,
         &try_reconfigure},
    Case{"drain-with-sessions", "SL-RUN-004", "a drain tells of open sessions or ends them", 40s,
         &try_drain_with_sessions},
    Case{"stop-with-sessions", "R5", "stop without a drain closes what is open", 40s,
         &try_stop_with_sessions},
    Case{"newer-host", "R2", "unknown fields of a newer host do not disturb", 40s, &try_newer_host},
    Case{"absent-methods", "R2", "methods that are absent or null are not called", 60s, &try_absent_methods},
    Case{"absent-interfaces", "SL-DEP-001", "interfaces that are not there are done without or named", 60s,
         &try_absent_interfaces},
    Case{"auth-answers", "R7", "every question is answered once", 40s, &try_auth_answers},
    Case{"auth-hostile", "R7", "strange strings in a question do no harm", 60s, &try_auth_hostile},
    Case{"auth-storm", "R7", "many questions at once, and its end in the middle of them", 60s,
         &try_auth_storm},
    Case{"service-calls", "R7", "other modules' calls are answered once each, whatever bytes they bring", 60s,
         &try_service_calls},
    Case{"packager-frames", "SL-KIT-005", "it packages sound frames, and strange ones do no harm", 60s,
         &try_packager_frames},
    Case{"socket-noise", "SL-RUN-003", "random bytes do no harm", 60s, &try_socket_noise},
    Case{"socket-hang-ups", "R5", "peers that vanish at once or half are let go", 60s, &try_socket_hang_ups},
    Case{"socket-crowd", "SL-RUN-003", "200 connections at once", 60s, &try_socket_crowd},
    Case{"socket-slow", "SL-RUN-002", "peers that drip or never read hold up nobody", 60s, &try_socket_slow},
    Case{"stream-media", "SL-KIT-003", "what it publishes can be decoded", 40s, &try_stream_media},
    Case{"stream-viewers", "SL-KIT-003", "viewers that cancel, lag or leave do not disturb its publishing",
         40s, &try_stream_viewers},
    Case{"stream-taken-away", "R5", "a publication that is taken away is given back", 40s,
         &try_stream_taken_away},
};

}  // namespace

std::span<const Case> all_cases() { return cases; }

std::string_view rule_of_crash(const Case& one) {
  // Where the host is the odd one, a crash says that the module did not look before it called.
  const bool telling = one.name == "entry" || one.name == "absent-methods";
  return telling ? one.rule : "SL-RUN-003";
}

const Case* find_case(std::string_view name) {
  const auto found =
      std::find_if(cases.begin(), cases.end(), [&](const Case& one) { return one.name == name; });
  return found == cases.end() ? nullptr : &*found;
}

}  // namespace sluice::kit
