#include "sluice/media/nal_units.hpp"

namespace sluice::media {

std::optional<std::span<const uint8_t>> NalWalk::next() {
  if (!ok_ || left_.empty()) return std::nullopt;
  if (left_.size() < length_size_ || length_size_ == 3 || length_size_ == 0 || length_size_ > 4) {
    ok_ = false;
    return std::nullopt;
  }
  size_t length = 0;
  for (unsigned i = 0; i < length_size_; ++i) length = length << 8 | left_[i];
  left_ = left_.subspan(length_size_);
  if (length > left_.size()) {
    ok_ = false;
    return std::nullopt;
  }
  const auto nal = left_.first(length);
  left_ = left_.subspan(length);
  return nal;
}

}  // namespace sluice::media
