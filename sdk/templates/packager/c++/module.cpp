// Packages a stream as a dump: each frame with a header before it. Replace record.hpp by your own format.
#include <sluice/packager.hpp>

#include "record.hpp"

namespace {

// One packaging of one stream; the host calls it on one lane, one call at a time.
class Session final : public sluice::PackagerSession {
 public:
  // What a new viewer gets first. Comes again whenever a track changes.
  void tracks(std::span<const sluice_track* const> tracks, sluice::ChunkWriter& out) override {
    has_video_ = false;
    out.bytes({reinterpret_cast<const std::uint8_t*>(dump_magic.data()), dump_magic.size()});
    for (const sluice_track* track : tracks) {
      const auto size = static_cast<std::uint32_t>(track->config.size);
      out.bytes(track_record(track->id, track->kind, track->codec, size));
      out.bytes({track->config.data, size});
      has_video_ = has_video_ || track->kind == SLUICE_TRACK_VIDEO;
    }
    out.end(sluice::init_facts());
    has_tracks_ = true;
  }

  // A chunk per frame: the header is copied, the payload is not.
  void frame(const sluice_frame& frame, sluice::ChunkWriter& out) override {
    const bool key = (frame.flags & SLUICE_FRAME_KEY) != 0;
    out.bytes(frame_record({static_cast<std::uint32_t>(frame.bytes), frame.track->id,
                            static_cast<std::uint8_t>(frame.flags), frame.dts, frame.pts}));
    out.payload(frame);
    std::uint32_t flags = 0;
    if (key) flags |= SLUICE_CHUNK_INDEPENDENT;
    if (key && (frame.track->kind == SLUICE_TRACK_VIDEO || !has_video_)) flags |= SLUICE_CHUNK_KEY;
    out.end(sluice::chunk_facts(frame, flags));
  }

  void describe(sluice_packager_description& out) const override {
    if (!has_tracks_) throw sluice::Error(SLUICE_STATUS_STATE, "no tracks yet");
    sluice::put_text(out.mime, "application/octet-stream");
  }

 private:
  bool has_tracks_ = false;
  bool has_video_ = false;
};

class Dump final : public sluice::PackagerModule {
 public:
  using PackagerModule::PackagerModule;

  // `format` is the name the manifest gives under `provides`.
  std::unique_ptr<sluice::PackagerSession> open_session(const sluice::PackagerRequest& request) override {
    if (request.format != "dump") throw sluice::Error(SLUICE_STATUS_NOT_SUPPORTED, "the format is dump");
    if (request.parameters != "{}")
      throw sluice::Error(SLUICE_STATUS_ARGUMENT, "/: this format has no parameters");
    return std::make_unique<Session>();
  }
};

}  // namespace

SLUICE_MODULE(Dump)
