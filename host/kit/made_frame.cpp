#include "kit/made_frame.hpp"

#include <utility>

namespace sluice::kit {

MadeFrame::MadeFrame(const sluice_track& track, std::vector<std::vector<std::uint8_t>> spans,
                     std::int64_t dts, std::uint32_t flags)
    : bytes_(std::move(spans)) {
  for (const auto& span : bytes_) {
    spans_.push_back({span.data(), span.size()});
    view_.bytes += span.size();
  }
  view_.struct_size = sizeof view_;
  view_.flags = flags;
  view_.dts = view_.pts = dts;
  view_.duration = 40'000'000;
  view_.capture_wall = SLUICE_TIME_NONE;
  view_.track = &track;
  view_.segment = 7;
  view_.part = 3;
  view_.spans = spans_.data();
  view_.span_count = static_cast<std::uint32_t>(spans_.size());
}

}  // namespace sluice::kit
