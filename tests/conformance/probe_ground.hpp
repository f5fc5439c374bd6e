// A folder for the logs of probes, the built server to start them with, and the libraries to try.
#pragma once

#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "modules/probe.hpp"
#include "modules/sha256.hpp"
#include "room.hpp"

namespace sluice::conformance {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using modules::ProbeOptions;
using modules::ProbeSubject;
using modules::ProbeVerdicts;

inline fs::path probe_fixture(const std::string& name) {
  return fs::path(SLUICE_FIXTURES) / "probe" / (name + ".so");
}

inline std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline ProbeOptions options(std::chrono::milliseconds deadline) {
  return {.program = SLUICE_PROGRAM, .deadline = deadline};
}

// A folder for the logs, gone at the end; what runs in it.
struct Ground {
  fs::path folder = [] {
    std::string name = (fs::temp_directory_path() / "sluice-probe-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  ~Ground() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  ProbeSubject subject(const fs::path& library, const std::string& id = "probe-faults") const {
    std::ifstream file(library, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return {.library = library,
            .shown = "/shown/" + library.filename().string(),
            .sha256 = modules::sha256(bytes),
            .expected = {id, "1.0.0"},
            .unmap = true,
            .log = folder / (library.stem().string() + ".probe.log")};
  }
};

inline bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

}  // namespace sluice::conformance
