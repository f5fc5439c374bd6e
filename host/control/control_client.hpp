// How a command finds the running server and asks it.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "control/failure.hpp"
#include "control/runtime_folder.hpp"

namespace sluice::control {

using Json = nlohmann::json;

// `named` (--control: a socket or the folder it lies in) if not empty, else the one server this user runs.
// NO_SERVER and SEVERAL_SERVERS carry what to do next; the latter lists them.
Controlled<std::filesystem::path> find_server(const std::string& named, const Place& place);

// One request, one reply. Fails with what the server said, or UNREACHABLE.
Controlled<Json> ask(const std::filesystem::path& socket, const Json& request,
                     std::chrono::seconds patience = std::chrono::seconds(15));

}  // namespace sluice::control
