#include "control/control_client.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sluice::control {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t reply_bytes = 64 * 1024 * 1024;

class Line {
 public:
  explicit Line(int fd) : fd_(fd) {}
  ~Line() {
    if (fd_ >= 0) ::close(fd_);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  bool connect(const fs::path& socket, std::chrono::seconds patience) {
    const timeval limit{patience.count(), 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.native().size() >= sizeof(address.sun_path)) {
      errno = ENAMETOOLONG;
      return false;
    }
    if (fd_ < 0) return false;
    std::memcpy(address.sun_path, socket.c_str(), socket.native().size() + 1);
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }

  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Up to the line's end; false: closed, too slow or too long before it.
  bool receive(std::string& line) {
    std::array<char, 64 * 1024> piece;
    while (line.size() <= reply_bytes) {
      const ssize_t got = ::recv(fd_, piece.data(), piece.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got == 0) errno = ECONNRESET;
      if (got <= 0) return false;
      line.append(piece.data(), static_cast<std::size_t>(got));
      if (line.back() == '\n') return true;
    }
    errno = EMSGSIZE;
    return false;
  }

 private:
  int fd_;
};

Failure unreachable(const fs::path& socket) {
  return {Errc::unreachable,
          "the server at " + socket.string() + " does not answer: " + std::strerror(errno)};
}

std::string looked_in(const Place& place) {
  std::string text;
  for (const fs::path& folder : place.folders()) text += (text.empty() ? "" : ", ") + folder.string();
  return text;
}

}  // namespace

Controlled<fs::path> find_server(const std::string& named, const Place& place) {
  std::error_code error;
  if (!named.empty()) {
    return fs::is_directory(named, error) ? fs::path(named) / "control.sock" : fs::path(named);
  }
  const auto servers = running_servers(place);
  if (servers.size() == 1) return servers.front().socket;
  if (servers.empty()) {
    return Failure{Errc::no_server,
                   "no server of this user is running (looked in " + looked_in(place) +
                       "); start one with `sluice run`, or name another's socket with --control PATH"};
  }
  std::string text =
      std::to_string(servers.size()) + " servers are running; say which one with --control PATH:";
  for (const RunningServer& server : servers) {
    text += "\n  --control " + server.socket.string() + "   (pid " + std::to_string(server.pid) + ")";
  }
  return Failure{Errc::several_servers, text};
}

Controlled<Json> ask(const fs::path& socket, const Json& request, std::chrono::seconds patience) {
  Line line(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  std::string text;
  if (!line.connect(socket, patience) || !line.send(request.dump() + '\n') || !line.receive(text)) {
    return unreachable(socket);
  }
  const Json reply = Json::parse(text, nullptr, false);
  if (!reply.is_object() || !reply.contains("ok")) {
    return Failure{Errc::unreachable, socket.string() + " did not answer as a Sluice server does"};
  }
  if (reply.value("ok", false)) return reply.value("result", Json());
  const Json error = reply.value("error", Json::object());
  return Failure{errc_named(error.value("code", "failed")), error.value("message", "it failed")};
}

}  // namespace sluice::control
