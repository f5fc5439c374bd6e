// Calls posted to a lane: a bounded ring for many writers and one reader; full means BUSY, counted.
//
//   credits_ = free slots         write_ = next to write        read_ = next to call
//   [ ][ ][c][c][.][ ]            '.' taken by a writer that has not filled it yet: the reader stops there,
//   and
//       read_^     ^write_        that writer wakes the lane when it has
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace sluice::engine {

class Inbox {
 public:
  using Callback = void (*)(void* ctx);
  struct Call {
    Callback fn = nullptr;
    void* ctx = nullptr;
  };

  explicit Inbox(std::uint32_t slots);  // rounded up to a power of two

  bool put(Call call);    // [any] false: full
  bool take(Call& out);   // [lane]
  bool has_news() const;  // [lane] seq_cst: half of the lane's store-then-load pair before it sleeps
  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  std::uint64_t depth() const;    // calls waiting now
  std::uint64_t highest() const;  // most that ever waited
  void forget_marks();            // while nobody puts: highest and refused begin again

 private:
  struct Slot {
    std::atomic<std::uint64_t> filled{0};  // number of the call it holds, from 1
    Call call;
  };

  const std::uint64_t mask_;
  std::unique_ptr<Slot[]> slots_;
  alignas(64) std::atomic<std::int64_t> credits_;
  std::atomic<std::uint64_t> write_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> highest_{0};  // on the line a writer has just made its own
  alignas(64) std::uint64_t read_ = 0;
};

}  // namespace sluice::engine
