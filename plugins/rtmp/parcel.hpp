// Parcel: the bytes of one or more RTMP messages, made once per lane and shared by all its players.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <sluice/host.hpp>

namespace sluice::rtmp {

class ParcelPool;

// Lane-local: plain counts. Pieces point into `own` and into the payload of `frame`, which is kept.
struct Parcel {
  std::uint32_t references = 0;
  std::size_t bytes = 0;
  std::vector<iovec> pieces;
  std::vector<std::uint8_t> own;
  const sluice_frame* frame = nullptr;
  ParcelPool* pool = nullptr;

  void add_piece(const void* data, std::size_t size) {
    pieces.push_back({const_cast<void*>(data), size});
    bytes += size;
  }
};

// A counted reference to a parcel. [lane]
class ParcelRef {
 public:
  ParcelRef() = default;
  explicit ParcelRef(Parcel* parcel) : parcel_(parcel) {
    if (parcel_) ++parcel_->references;
  }
  ParcelRef(const ParcelRef& other) : ParcelRef(other.parcel_) {}
  ParcelRef(ParcelRef&& other) noexcept : parcel_(other.parcel_) { other.parcel_ = nullptr; }
  ParcelRef& operator=(ParcelRef other) noexcept {
    std::swap(parcel_, other.parcel_);
    return *this;
  }
  ~ParcelRef();

  Parcel* get() const { return parcel_; }
  Parcel* operator->() const { return parcel_; }
  explicit operator bool() const { return parcel_ != nullptr; }
  // Hands the reference to whoever keeps the bare pointer; adopt takes it back.
  Parcel* detach() {
    Parcel* parcel = parcel_;
    parcel_ = nullptr;
    return parcel;
  }
  static ParcelRef adopt(Parcel* parcel) {
    ParcelRef ref;
    ref.parcel_ = parcel;
    return ref;
  }

 private:
  Parcel* parcel_ = nullptr;
};

// Parcels that died keep their vectors' room, so that steady streaming allocates nothing. [lane]
class ParcelPool {
 public:
  explicit ParcelPool(const Host& host) : host_(&host) {}
  ~ParcelPool();
  ParcelPool(const ParcelPool&) = delete;
  ParcelPool& operator=(const ParcelPool&) = delete;

  // An empty parcel; `frame`, if given, is kept as long as it lives.
  ParcelRef make(const sluice_frame* frame);
  // A parcel that owns a copy of these bytes.
  ParcelRef make(std::span<const std::uint8_t> bytes);

 private:
  friend class ParcelRef;
  static constexpr std::size_t spare_limit = 1024;
  static constexpr std::size_t kept_bytes = 4096;  // a spare parcel gives back room beyond this

  void take_back(Parcel* parcel);

  const Host* host_;
  std::vector<std::unique_ptr<Parcel>> spare_;
};

inline ParcelRef::~ParcelRef() {
  if (parcel_ && --parcel_->references == 0) parcel_->pool->take_back(parcel_);
}

}  // namespace sluice::rtmp
