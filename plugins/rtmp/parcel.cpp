#include "parcel.hpp"

namespace sluice::rtmp {

ParcelPool::~ParcelPool() = default;

ParcelRef ParcelPool::make(const sluice_frame* frame) {
  std::unique_ptr<Parcel> parcel;
  if (spare_.empty()) {
    parcel = std::make_unique<Parcel>();
    parcel->pool = this;
  } else {
    parcel = std::move(spare_.back());
    spare_.pop_back();
  }
  if (frame) {
    host_->engine().call(&sluice_engine::frame_retain, frame);
    parcel->frame = frame;
  }
  return ParcelRef(parcel.release());
}

ParcelRef ParcelPool::make(std::span<const std::uint8_t> bytes) {
  ParcelRef parcel = make(nullptr);
  parcel->own.assign(bytes.begin(), bytes.end());
  parcel->add_piece(parcel->own.data(), parcel->own.size());
  return parcel;
}

void ParcelPool::take_back(Parcel* dead) {
  std::unique_ptr<Parcel> parcel(dead);
  if (parcel->frame) host_->engine().call(&sluice_engine::frame_release, parcel->frame);
  if (spare_.size() >= spare_limit) return;
  parcel->frame = nullptr;
  parcel->bytes = 0;
  parcel->pieces.clear();
  parcel->own.clear();
  if (parcel->own.capacity() > kept_bytes) parcel->own.shrink_to_fit();
  if (parcel->pieces.capacity() * sizeof(iovec) > kept_bytes) parcel->pieces.shrink_to_fit();
  spare_.push_back(std::move(parcel));
}

}  // namespace sluice::rtmp
