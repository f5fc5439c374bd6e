#include "engine/slab_store.hpp"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <system_error>

namespace sluice::engine {
namespace {

constexpr std::size_t headers_per_slab = 64;
constexpr std::uint64_t smallest = 256;

std::uint64_t up_to(std::uint64_t value, std::uint64_t step) { return (value + step - 1) / step * step; }

}  // namespace

unsigned SlabStore::class_of(std::uint64_t size) {
  if (size <= smallest) return 0;
  const unsigned log = static_cast<unsigned>(std::bit_width(size - 1)) - 1;  // 2^log < size <= 2^(log+1)
  const unsigned doubling = log - 8;
  const bool lower_half = size <= (std::uint64_t{3} << (log - 1));
  return std::min(doubling * 2 + (lower_half ? 1 : 2), direct);
}

std::uint64_t SlabStore::class_size(unsigned size_class) {
  const std::uint64_t doubled = smallest << (size_class / 2);
  return size_class % 2 == 0 ? doubled : doubled + doubled / 2;
}

SlabStore::SlabStore(std::uint64_t budget) : budget_(std::max(up_to(budget, unit), unit)) {
  fd_ = ::memfd_create("sluice-frames", MFD_CLOEXEC);
  if (fd_ < 0 || ::ftruncate(fd_, static_cast<off_t>(budget_)) != 0) {
    throw std::system_error(errno, std::generic_category(), "frame memory: memfd");
  }
  void* const at = ::mmap(nullptr, budget_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd_, 0);
  if (at == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "frame memory: mmap");
  base_ = static_cast<std::uint8_t*>(at);
  extents_.emplace(0, budget_);
  slab_at_.resize(budget_ / unit);
  first_unit_.resize(budget_ / unit);
}

SlabStore::~SlabStore() {
  ::munmap(base_, budget_);
  ::close(fd_);
}

Frame* SlabStore::take(std::uint64_t size) {
  const unsigned size_class = class_of(size);
  const std::lock_guard lock(mutex_);
  Slab* slab = size_class == direct || partial_[size_class].empty() ? make_slab(size_class, size)
                                                                    : partial_[size_class].back();
  if (slab == nullptr) return nullptr;
  Frame* const frame = take_header();
  const std::uint32_t block = slab->free.back();
  slab->free.pop_back();
  if (slab->free.empty()) unlist(slab);
  frame->payload = base_ + slab->offset + block * slab->block;
  frame->capacity = slab->block;
  frame->size_class = static_cast<std::uint8_t>(size_class);
  return frame;
}

void SlabStore::give(Frame* chain) {
  const std::lock_guard lock(mutex_);
  while (chain != nullptr) {
    Frame* const frame = chain;
    chain = frame->next;
    give_block(frame->payload);
    frame->payload = nullptr;
    frame->home = nullptr;
    frame->next = free_headers_;
    free_headers_ = frame;
  }
}

SlabStore::Slab* SlabStore::make_slab(unsigned size_class, std::uint64_t size) {
  const std::uint64_t block = size_class == direct ? up_to(size, unit) : class_size(size_class);
  const std::uint64_t length = up_to(block > 2 * unit ? block : std::max(unit, 4 * block), unit);
  std::uint64_t offset = 0;
  if (!take_extent(length, offset)) return nullptr;
  auto slab = std::make_unique<Slab>();
  slab->offset = offset;
  slab->length = length;
  slab->block = block;
  slab->blocks = static_cast<std::uint32_t>(length / block);
  slab->size_class = size_class;
  for (std::uint32_t i = slab->blocks; i-- > 0;) slab->free.push_back(i);
  std::fill_n(first_unit_.begin() + static_cast<std::ptrdiff_t>(offset / unit), length / unit,
              static_cast<std::uint32_t>(offset / unit));
  if (size_class != direct) {
    slab->place = partial_[size_class].size();
    partial_[size_class].push_back(slab.get());
  }
  used_.fetch_add(length, std::memory_order_relaxed);
  return (slab_at_[offset / unit] = std::move(slab)).get();
}

void SlabStore::give_block(std::uint8_t* payload) {
  const std::uint64_t at = static_cast<std::uint64_t>(payload - base_);
  Slab* const slab = slab_at_[first_unit_[at / unit]].get();
  if (slab->free.empty() && slab->size_class != direct) {
    slab->place = partial_[slab->size_class].size();
    partial_[slab->size_class].push_back(slab);
  }
  slab->free.push_back(static_cast<std::uint32_t>((at - slab->offset) / slab->block));
  if (slab->free.size() == slab->blocks) end_slab(slab);
}

void SlabStore::end_slab(Slab* slab) {
  if (slab->size_class != direct) unlist(slab);
  // Best effort: pages that stay are only memory not given back.
  (void)::fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(slab->offset),
                    static_cast<off_t>(slab->length));
  used_.fetch_sub(slab->length, std::memory_order_relaxed);
  give_extent(slab->offset, slab->length);
  slab_at_[slab->offset / unit].reset();
}

void SlabStore::unlist(Slab* slab) {
  if (slab->size_class == direct) return;
  auto& listed = partial_[slab->size_class];
  listed[slab->place] = listed.back();
  listed[slab->place]->place = slab->place;
  listed.pop_back();
}

bool SlabStore::take_extent(std::uint64_t length, std::uint64_t& offset) {
  const auto fits = std::find_if(extents_.begin(), extents_.end(),
                                 [&](const auto& extent) { return extent.second >= length; });
  if (fits == extents_.end()) return false;
  offset = fits->first;
  const std::uint64_t rest = fits->second - length;
  extents_.erase(fits);
  if (rest != 0) extents_.emplace(offset + length, rest);
  return true;
}

void SlabStore::give_extent(std::uint64_t offset, std::uint64_t length) {
  auto after = extents_.lower_bound(offset);
  if (after != extents_.end() && offset + length == after->first) {
    length += after->second;
    after = extents_.erase(after);
  }
  if (after != extents_.begin()) {
    const auto before = std::prev(after);
    if (before->first + before->second == offset) {
      before->second += length;
      return;
    }
  }
  extents_.emplace(offset, length);
}

Frame* SlabStore::take_header() {
  if (free_headers_ == nullptr) {
    auto slab = std::make_unique<Frame[]>(headers_per_slab);
    for (std::size_t i = 0; i < headers_per_slab; ++i) {
      slab[i].next = free_headers_;
      free_headers_ = &slab[i];
    }
    header_slabs_.push_back(std::move(slab));
  }
  Frame* const frame = free_headers_;
  free_headers_ = frame->next;
  frame->next = nullptr;
  return frame;
}

}  // namespace sluice::engine
