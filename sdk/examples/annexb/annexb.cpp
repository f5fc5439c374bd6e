// A packager: H.264 as a byte stream with start codes (ITU-T H.264, Annex B). Parameter sets are the init
// chunk, each frame is a chunk whose NAL units are slices of it: no payload is copied.
#include <array>
#include <cstdio>
#include <optional>
#include <sluice/packager.hpp>
#include <vector>

namespace {

constexpr std::array<std::uint8_t, 4> start_code{0, 0, 0, 1};

using Bytes = std::span<const std::uint8_t>;

// One after another: big-endian lengths of `Size` bytes, each before what it counts. Throws MEDIA.
class Counted {
 public:
  explicit Counted(Bytes rest) : rest_(rest) {}
  bool done() const { return rest_.empty(); }
  std::uint8_t byte() { return take(1)[0]; }
  template <std::size_t Size>
  Bytes next() {
    std::size_t size = 0;
    for (const std::uint8_t byte : take(Size)) size = size << 8 | byte;
    return take(size);
  }
  Bytes take(std::size_t size) {
    if (size > rest_.size()) throw sluice::Error(SLUICE_STATUS_MEDIA, "a length points beyond its end");
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

 private:
  Bytes rest_;
};

class Session final : public sluice::PackagerSession {
 public:
  void tracks(std::span<const sluice_track* const> tracks, sluice::ChunkWriter& out) override {
    const sluice_track* video = nullptr;
    for (const sluice_track* track : tracks)
      if (track->codec == SLUICE_CODEC_H264 && !video) video = track;
    if (!video) throw sluice::Error(SLUICE_STATUS_MEDIA, "Annex B: the stream has no H.264 track");
    // AVCDecoderConfigurationRecord: version, profile, constraints, level, length size, counted SPS and PPS.
    Counted config({video->config.data, video->config.size});
    const Bytes head = config.take(5);
    profile_ = {head[1], head[2], head[3]};
    for (int kind = 0; kind < 2; ++kind)
      for (int count = config.byte() & (kind == 0 ? 0x1F : 0xFF); count > 0; --count) {
        out.bytes(start_code);
        out.bytes(config.next<2>());
      }
    out.end(sluice::init_facts());
    track_ = video->id;
  }

  void frame(const sluice_frame& frame, sluice::ChunkWriter& out) override {
    if (frame.track->id != track_) return;
    std::uint64_t before = 0;  // this span, within all of them
    for (std::uint32_t i = 0; i < frame.span_count; ++i) {
      const sluice_span& span = frame.spans[i];
      for (Counted units({span.data, span.size}); !units.done();) {
        const Bytes unit = units.next<4>();
        out.bytes(start_code);
        out.slice(frame, before + static_cast<std::uint64_t>(unit.data() - span.data), unit.size());
      }
      before += span.size;
    }
    std::uint32_t flags = 0;
    if (frame.flags & SLUICE_FRAME_KEY) flags = SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT;
    out.end(sluice::chunk_facts(frame, flags));
  }

  void describe(sluice_packager_description& out) const override {
    if (!profile_) throw sluice::Error(SLUICE_STATUS_STATE, "no tracks yet");
    char codecs[16];
    std::snprintf(codecs, sizeof codecs, "avc1.%02x%02x%02x", (*profile_)[0], (*profile_)[1], (*profile_)[2]);
    sluice::put_text(out.mime, "video/h264");
    sluice::put_text(out.codecs, codecs);
  }

 private:
  std::uint32_t track_ = 0;
  std::optional<std::array<std::uint8_t, 3>> profile_;
};

class AnnexB final : public sluice::PackagerModule {
 public:
  using PackagerModule::PackagerModule;

  std::unique_ptr<sluice::PackagerSession> open_session(const sluice::PackagerRequest& request) override {
    if (request.format != "annexb") throw sluice::Error(SLUICE_STATUS_NOT_SUPPORTED, "the format is annexb");
    if (request.parameters != "{}")
      throw sluice::Error(SLUICE_STATUS_ARGUMENT, "/: this format has no parameters");
    return std::make_unique<Session>();
  }
};

}  // namespace

SLUICE_MODULE(AnnexB)
