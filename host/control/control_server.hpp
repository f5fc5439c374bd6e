// The local control socket: one JSON request a line, one JSON reply a line, for the server's own user and
// root.
//
//   {"command": "kick", "stream": "live/cam"}      -> {"ok": true, "result": {...}}
//                                                  -> {"ok": false, "error": {"code": "not_found", "message":
//                                                  "..."}}
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "control/failure.hpp"

namespace sluice::control {

using Json = nlohmann::json;

struct ControlLimits {
  std::size_t connections = 16;  // further ones wait in the kernel
  std::size_t request_bytes = 64 * 1024;
  int idle_seconds = 10;
};

class ControlServer {
 public:
  // Gets the request, gives the result. Runs on one of a few threads of this server, several at a time; may
  // take seconds.
  using Command = std::function<Controlled<Json>(const Json& request)>;

  explicit ControlServer(ControlLimits limits = {});
  // Waits for commands under way; a reply being written is cut.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  // Before open.
  void on(std::string name, Command command);
  // Binds the socket (0600) and serves it from a thread of its own.
  Controlled<void> open(const std::filesystem::path& socket);

 private:
  struct Service;
  std::unique_ptr<Service> service_;
};

// Pure: one request line to one reply line, whatever the bytes.
std::string answer(const std::map<std::string, ControlServer::Command, std::less<>>& commands,
                   std::string_view line);

}  // namespace sluice::control
