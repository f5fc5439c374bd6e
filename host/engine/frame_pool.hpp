// One stream's frames: taken and given by its writer alone, put back by anybody.
//
//   writer: take() ... give()            <- private lists, one per size class
//   others: put(chain) -> returned_      <- push only; the writer takes the whole list with one exchange, so
//                                           there is no ABA
//
// The pool lives until its last frame is home, and so does every track revision a frame may name.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/slab_store.hpp"
#include "engine/track.hpp"

namespace sluice::engine {

class FramePool {
 public:
  FramePool(SlabStore& store, std::uint64_t share);
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  // ---- the writer, or whoever owns the stream when there is none ----
  Frame* take(std::uint64_t size);  // null: no memory, counted
  void give(Frame& frame);          // refs == 0
  void trim();                      // what lies in store goes back to the host
  bool all_home();                  // after trim: nothing is out any more
  void keep(std::shared_ptr<TrackRevision> revision);
  void drop_old_tracks();

  // ---- [any] ----
  void put(Frame* first, Frame* last);
  std::uint64_t held() const { return held_.load(std::memory_order_relaxed); }  // bytes, out or in store
  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  Frame* pop(unsigned size_class);
  bool collect();
  Frame* grow(std::uint64_t size);
  void surrender(Frame* chain);

  SlabStore& store_;
  const std::uint64_t share_;
  std::array<Frame*, SlabStore::class_count> free_{};
  std::uint64_t free_bytes_ = 0;
  std::vector<std::shared_ptr<TrackRevision>> tracks_;
  std::atomic<std::uint64_t> held_{0};  // written by the owner
  std::atomic<std::uint64_t> refused_{0};
  alignas(64) std::atomic<Frame*> returned_{nullptr};
};

}  // namespace sluice::engine
