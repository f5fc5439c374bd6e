// A TCP client for loopback, just enough to see whether somebody answers or hangs up.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace sluice::conformance {

class Client {
 public:
  // "127.0.0.1:PORT"
  explicit Client(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  std::string echo(const std::string& text) const {
    if (::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) < 0) return "cannot send";
    std::string back(text.size(), '\0');
    const auto got = ::recv(fd_, back.data(), back.size(), MSG_WAITALL);
    return got < 0 ? "no answer" : back.substr(0, static_cast<std::size_t>(got));
  }
  void leave() const { ::shutdown(fd_, SHUT_RDWR); }
  bool hung_up() const {
    char byte = 0;
    const auto got = ::recv(fd_, &byte, 1, 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
  }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace sluice::conformance
