#include "engine/frame_pool.hpp"

#include <algorithm>

namespace sluice::engine {

FramePool::FramePool(SlabStore& store, std::uint64_t share) : store_(store), share_(share) {}

FramePool::~FramePool() { trim(); }

Frame* FramePool::take(std::uint64_t size) {
  const unsigned size_class = SlabStore::class_of(size);
  if (size_class != SlabStore::direct) {
    if (Frame* const frame = pop(size_class)) return frame;
    if (collect()) {
      if (Frame* const frame = pop(size_class)) return frame;
    }
  }
  return grow(size);
}

Frame* FramePool::pop(unsigned size_class) {
  Frame* const frame = free_[size_class];
  if (frame == nullptr) return nullptr;
  free_[size_class] = frame->next;
  free_bytes_ -= frame->capacity;
  return frame;
}

void FramePool::give(Frame& frame) {
  // Counted here, where frames come home, and nowhere else: no other thread touches the count.
  if (frame.track != nullptr) {
    --frame.track->frames;
    frame.track = nullptr;
  }
  if (frame.size_class == SlabStore::direct) {
    frame.next = nullptr;
    surrender(&frame);
    return;
  }
  frame.next = free_[frame.size_class];
  free_[frame.size_class] = &frame;
  free_bytes_ += frame.capacity;
}

void FramePool::put(Frame* first, Frame* last) {
  Frame* head = returned_.load(std::memory_order_relaxed);
  do {
    last->next = head;
  } while (
      !returned_.compare_exchange_weak(head, first, std::memory_order_release, std::memory_order_relaxed));
}

bool FramePool::collect() {
  Frame* frame = returned_.exchange(nullptr, std::memory_order_acquire);
  const bool any = frame != nullptr;
  while (frame != nullptr) {
    Frame* const next = frame->next;
    give(*frame);
    frame = next;
  }
  return any;
}

Frame* FramePool::grow(std::uint64_t size) {
  collect();
  // What other sizes left behind: as much as is in use, or a MiB, is worth keeping.
  const std::uint64_t out = held() - free_bytes_;
  if (free_bytes_ > std::max<std::uint64_t>(out, 1u << 20) || held() + size > share_ ||
      store_.under_pressure()) {
    trim();
  }
  Frame* const frame = held() + size > share_ ? nullptr : store_.take(size);
  if (frame == nullptr) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  frame->home = this;
  held_.store(held() + frame->capacity, std::memory_order_relaxed);
  return frame;
}

void FramePool::trim() {
  collect();
  for (Frame*& chain : free_) {
    surrender(chain);
    chain = nullptr;
  }
  free_bytes_ = 0;
}

void FramePool::surrender(Frame* chain) {
  if (chain == nullptr) return;
  std::uint64_t bytes = 0;
  for (const Frame* frame = chain; frame != nullptr; frame = frame->next) bytes += frame->capacity;
  held_.store(held() - bytes, std::memory_order_relaxed);
  store_.give(chain);
}

bool FramePool::all_home() { return held() == 0; }

void FramePool::keep(std::shared_ptr<TrackRevision> revision) { tracks_.push_back(std::move(revision)); }

void FramePool::drop_old_tracks() {
  collect();
  // One owner means that neither the track table nor a subscription lists it any more.
  std::erase_if(tracks_,
                [](const auto& revision) { return revision->frames == 0 && revision.use_count() == 1; });
}

}  // namespace sluice::engine
