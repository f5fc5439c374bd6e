// Contexts made of TLS settings, that follow their files.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sluice/error.hpp>
#include <sluice/tls/settings.hpp>

struct ssl_ctx_st;

namespace sluice::tls {

// Immutable once made; sessions keep the one they began with. [any]
class Context {
 public:
  // Throws Error(ARGUMENT) that names file, what is wrong with it and the remedy.
  explicit Context(const Settings& settings);

  ssl_ctx_st* handle() const { return handle_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* handle) const;
  };
  std::vector<unsigned char> protocols_;  // as they stand on the wire
  std::unique_ptr<ssl_ctx_st, Free> handle_;
};

// The newest context of some settings. [any]
class ContextSource {
 public:
  // Throws as Context does.
  explicit ContextSource(Settings settings);

  std::shared_ptr<const Context> current() const { return current_.load(); }
  // Looks whether a file has changed (it reads, so not on a busy lane's way: once in some seconds) and loads
  // them if so. True: from now on there is another context. Throws when they cannot be used: the current
  // context stays, and they are looked at again once they change again.
  bool refresh();
  const Settings& settings() const { return settings_; }

 private:
  // What tells one state of the two files from another.
  struct Look {
    std::int64_t numbers[8] = {};
    bool operator==(const Look&) const = default;
  };
  Look look() const;

  const Settings settings_;
  std::mutex mutex_;  // one refresh at a time
  Look seen_;
  std::atomic<std::shared_ptr<const Context>> current_;
};

}  // namespace sluice::tls
