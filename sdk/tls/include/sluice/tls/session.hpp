// Session: the server's end of one TLS connection, between two byte streams. Sans-IO: ciphertext goes in and
// comes out, plaintext goes in and comes out, whoever owns the socket pumps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <sluice/tls/context.hpp>

struct ssl_st;

namespace sluice::tls {

inline constexpr std::size_t output_limit = 256 * 1024;
inline constexpr std::size_t record_limit = 16 * 1024;  // plaintext of one record, RFC 8446 section 5.1

class Session {
 public:
  enum class State {
    handshake,
    open,
    closed,  // no more plaintext comes: the peer said goodbye, but may wait for our last words, or we did
    failed
  };

  explicit Session(std::shared_ptr<const Context> context);

  // Ciphertext from the peer. All of it is taken: feed one read, then read plaintext until there is none.
  void feed(std::span<const std::uint8_t> ciphertext);
  // Plaintext from the peer; 0: more ciphertext is needed, or it is over.
  std::size_t read(std::span<std::uint8_t> room);
  // Plaintext to the peer, at most one record a call. Returns what was taken; 0: the handshake is
  // not done yet, or `close` was called, or it failed.
  std::size_t write(std::span<const std::uint8_t> plaintext);
  // Says goodbye; its bytes are output.
  void close();

  // Ciphertext for the peer. Whoever writes bounds it: sent first, then written. TLS has questions of its own
  // (KeyUpdate, RFC 8446 section 4.6.3): the session fails when `output_limit` bytes wait.
  std::span<const std::uint8_t> output() const;
  void sent(std::size_t bytes);

  State state() const { return state_; }
  // Why it failed, in OpenSSL's words.
  const std::string& error() const { return error_; }
  // The ALPN protocol agreed upon, perhaps empty.
  std::string protocol() const;

 private:
  struct Free {
    void operator()(ssl_st* handle) const;
  };

  bool may_write() const { return !said_goodbye_ && (state_ == State::open || state_ == State::closed); }
  bool progress(int result);
  void collect();

  std::shared_ptr<const Context> context_;
  std::unique_ptr<ssl_st, Free> handle_;
  std::string output_;
  std::size_t output_sent_ = 0;
  std::string error_;
  State state_ = State::handshake;
  bool said_goodbye_ = false;
};

}  // namespace sluice::tls
