// FLV 10.1, E.3 and E.4: header, then tags, each followed by its size.
#include <algorithm>

#include "http_viewer.hpp"

namespace sluice::bench {
namespace {

constexpr std::size_t tag_head = 11;

std::uint32_t big_endian(std::span<const std::uint8_t> in) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : in) value = value << 8 | byte;
  return value;
}

class FlvViewer final : public HttpViewer {
 public:
  using HttpViewer::HttpViewer;

 private:
  bool on_body(std::span<const std::uint8_t> bytes) override {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    std::span<const std::uint8_t> rest(pending_);
    while (error_.empty() && take(rest)) {
    }
    pending_.erase(pending_.begin(), pending_.end() - static_cast<std::ptrdiff_t>(rest.size()));
    return error_.empty();
  }

  bool take(std::span<const std::uint8_t>& in) {
    if (!begun_) {
      if (in.size() < 13) return false;
      if (in[0] != 'F' || in[1] != 'L' || in[2] != 'V' || big_endian(in.subspan(5, 8)) != 0)
        error_ = "the body does not begin as FLV";
      in = in.subspan(13);
      begun_ = true;
      return true;
    }
    if (in.size() < tag_head) return false;
    const std::size_t size = big_endian(in.subspan(1, 3));
    if (in.size() < tag_head + size + 4) return false;
    const bool sound_or_picture = in[0] == 8 || in[0] == 9;
    if (!sound_or_picture && in[0] != 18) ++faults_;
    if (big_endian(in.subspan(tag_head + size, 4)) != tag_head + size) ++faults_;
    const auto body = in.subspan(tag_head, size);
    const auto kind = static_cast<Kind>(in[0]);
    if (sound_or_picture && is_coded(kind, body)) on_media_({is_key(kind, body), look_at(kind, body)});
    in = in.subspan(tag_head + size + 4);
    return true;
  }

  Bytes pending_;  // at most one tag and what one read brought
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<ViewerSession> make_flv_viewer(const std::string& path, ViewerSession::OnMedia on_media) {
  return std::make_unique<FlvViewer>(path, std::move(on_media));
}

}  // namespace sluice::bench
