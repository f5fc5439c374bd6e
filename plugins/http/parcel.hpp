// Parcel: bytes on their way out, made once per lane and shared by all that are sent them.
#pragma once

#include <sys/uio.h>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/call.hpp>

namespace sluice::http {

// Lane-local: plain counts. Pieces point into what the parcel keeps. Not changed once it is shared.
class Parcel : public boost::intrusive_ref_counter<Parcel, boost::thread_unsafe_counter> {
 public:
  virtual ~Parcel() = default;

  const std::vector<iovec>& pieces() const { return pieces_; }
  std::size_t bytes() const { return bytes_; }

 protected:
  void add(const void* data, std::size_t size) {
    if (size == 0) return;
    pieces_.push_back({const_cast<void*>(data), size});
    bytes_ += size;
  }

 private:
  std::vector<iovec> pieces_;
  std::size_t bytes_ = 0;
};

using ParcelRef = boost::intrusive_ptr<const Parcel>;

class BytesParcel final : public Parcel {
 public:
  explicit BytesParcel(std::string bytes) : own_(std::move(bytes)) { add(own_.data(), own_.size()); }

 private:
  const std::string own_;
};

inline ParcelRef parcel_of(std::string bytes) { return new BytesParcel(std::move(bytes)); }

// Bytes, the spans of frames, bytes. Retains the frames; whoever makes it holds them meanwhile.
class FramesParcel final : public Parcel {
 public:
  FramesParcel(const Host& host, std::string before, FramesView frames, std::string_view after = {})
      : host_(host), before_(std::move(before)), after_(after), frames_(frames.begin(), frames.end()) {
    add(before_.data(), before_.size());
    for (const sluice_frame* frame : frames_) {
      host_.engine().call(&sluice_engine::frame_retain, frame);
      for (std::uint32_t i = 0; i < frame->span_count; ++i) add(frame->spans[i].data, frame->spans[i].size);
    }
    add(after_.data(), after_.size());
  }
  ~FramesParcel() override {
    for (const sluice_frame* frame : frames_) host_.engine().call(&sluice_engine::frame_release, frame);
  }

 private:
  const Host& host_;
  const std::string before_, after_;
  const std::vector<const sluice_frame*> frames_;
};

}  // namespace sluice::http
