// A TCP peer that need not behave: what a stranger on the network can do to a listener.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::kit {

class TcpPeer {
 public:
  enum class Heard { bytes, hung_up, silence };

  // "127.0.0.1:PORT", as a listener says it is bound.
  explicit TcpPeer(const std::string& address);
  ~TcpPeer() { close(); }
  TcpPeer(TcpPeer&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  TcpPeer& operator=(TcpPeer&&) = delete;

  bool connected() const { return fd_ >= 0; }
  // Sends what the other side takes within `patience`; how much that was.
  std::size_t send(std::string_view bytes, std::chrono::milliseconds patience);
  // Waits for bytes, which are dropped, or the end.
  Heard listen(std::chrono::milliseconds patience);
  void shut_writing();  // half open: it says no more but goes on reading
  void reset();         // vanishes with an RST
  void close();

 private:
  int fd_ = -1;
};

}  // namespace sluice::kit
