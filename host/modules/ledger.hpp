// What one module generation holds of the host, by kind, and how to take it back.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::modules {

class Ledger {
 public:
  enum class Kind {
    listener,
    connection,
    publication,
    subscription,
    operation,
    timer,
    watch,
    event_subscription,
    lease,
    registration
  };
  static constexpr std::size_t kind_count = 10;

  // [any] `reclaim(thing)` must free it from a host thread once the module's lanes have ended.
  void add(Kind kind, void* thing, void (*reclaim)(void* thing));
  void remove(void* thing);
  bool holds(void* thing) const;

  // From now on gone(ctx, thing) is told of whatever leaves, before it is freed, on the thread that takes it
  // out. Called while nobody adds or removes; null: nobody is told.
  void follow(void (*gone)(void* ctx, void* thing), void* ctx);

  std::array<std::size_t, kind_count> counts() const;
  bool empty() const;

  // After the module's threads were joined: takes back all that is left, newest first. Returns what it found.
  std::array<std::size_t, kind_count> reclaim_all();

  static std::string_view name(Kind kind);

 private:
  struct Held {
    Kind kind;
    void (*reclaim)(void*);
    std::size_t order;
  };
  mutable std::mutex mutex_;
  std::unordered_map<void*, Held> held_;
  std::size_t next_order_ = 0;
  void (*gone_)(void*, void*) = nullptr;
  void* gone_ctx_ = nullptr;
};

}  // namespace sluice::modules
