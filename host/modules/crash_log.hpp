// Which modules' code ended a server of this user, remembered for the next one: SL-RUN-003.
//
//   a fatal signal on a lane's thread --crash_watch--> a line in the file --next start--> read_crashes
//   `most` of one library within `within`: the plan leaves the module out, quarantined
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::modules {

struct Crash {
  std::int64_t at = 0;  // s since 1970-01-01 UTC
  int signal = 0;
  std::string library;  // SHA-256 in hex: another build has another record
  std::string id;
};

struct Quarantine {
  std::size_t most = 3;
  std::chrono::seconds within = std::chrono::hours(1);
};

// The newest crashes of the file, oldest first; none if there is no such file. What is no such line is passed
// over.
std::vector<Crash> read_crashes(const std::filesystem::path& file);

// Takes a module's lines out of the file; false: it cannot be written.
bool forget_crashes(const std::filesystem::path& file, const std::string& id);

// What the plan says of it: "its code ended the server 3 times within an hour, last by SIGSEGV"; empty: it
// may run.
std::string quarantine_reason(const std::vector<Crash>& crashes, const std::string& library, std::int64_t now,
                              const Quarantine& rule = {});

}  // namespace sluice::modules
