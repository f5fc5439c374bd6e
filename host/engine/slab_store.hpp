// All payload memory of the host: one mapping of a memfd, so that it could be shared with other processes,
// carved into slabs of blocks of one size. Frame headers live beside it in slabs that are never given back.
//
//   mapping  |slab: 96 x 1 KiB.....|slab: 4 x 96 KiB|free...........|slab: one frame of 3 MiB|free
//             units of 64 KiB; a slab whose blocks are all free goes back to the kernel (hole punched)
//
// Everything here takes a mutex: pools come here only to grow and to shrink.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/frame.hpp"

namespace sluice::engine {

class SlabStore {
 public:
  static constexpr std::uint64_t unit = 64u << 10;
  static constexpr unsigned class_count = 25;  // 256 B, 384, 512, 768 ... 1 MiB
  static constexpr unsigned direct = class_count;

  static unsigned class_of(std::uint64_t size);  // `direct`: above the largest class
  static std::uint64_t class_size(unsigned size_class);

  explicit SlabStore(std::uint64_t budget);
  ~SlabStore();
  SlabStore(const SlabStore&) = delete;
  SlabStore& operator=(const SlabStore&) = delete;

  // [any] A header with a payload of at least `size`; null: the budget is used up.
  Frame* take(std::uint64_t size);
  // [any] A chain of frames linked by `next`.
  void give(Frame* chain);

  std::uint64_t budget() const { return budget_; }
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  // Above 7/8: pools give back what they keep in store, caches grow shorter.
  bool under_pressure() const { return used() > budget_ - budget_ / 8; }

 private:
  struct Slab {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t block = 0;
    std::uint32_t blocks = 0;
    unsigned size_class = 0;
    std::size_t place = 0;              // in partial_[size_class]
    std::vector<std::uint32_t> free{};  // block numbers
  };

  Slab* make_slab(unsigned size_class, std::uint64_t size);
  void end_slab(Slab* slab);
  void unlist(Slab* slab);
  bool take_extent(std::uint64_t length, std::uint64_t& offset);
  void give_extent(std::uint64_t offset, std::uint64_t length);
  Frame* take_header();
  void give_block(std::uint8_t* payload);

  const std::uint64_t budget_;
  int fd_ = -1;
  std::uint8_t* base_ = nullptr;
  std::atomic<std::uint64_t> used_{0};

  std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> extents_;  // free: offset -> length
  std::vector<std::unique_ptr<Slab>> slab_at_;      // by first unit
  std::vector<std::uint32_t> first_unit_;           // by unit
  std::array<std::vector<Slab*>, class_count> partial_;
  std::deque<std::unique_ptr<Frame[]>> header_slabs_;
  Frame* free_headers_ = nullptr;
};

}  // namespace sluice::engine
