// A frame kept beyond the call that lent it, until its fragment is written.
#pragma once

#include <utility>

#include <sluice/host.hpp>

namespace sluice::fmp4 {

class HeldFrame {
 public:
  HeldFrame(const Host& host, const sluice_frame& frame) : host_(&host), frame_(&frame) {
    host_->engine().call(&sluice_engine::frame_retain, frame_);
  }
  ~HeldFrame() {
    if (frame_) host_->engine().call(&sluice_engine::frame_release, frame_);
  }
  HeldFrame(HeldFrame&& other) noexcept : host_(other.host_), frame_(std::exchange(other.frame_, nullptr)) {}
  HeldFrame& operator=(HeldFrame&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(frame_, other.frame_);
    return *this;
  }

  const sluice_frame& operator*() const { return *frame_; }
  const sluice_frame* operator->() const { return frame_; }

 private:
  const Host* host_;
  const sluice_frame* frame_;
};

}  // namespace sluice::fmp4
