// Publishes a moving test picture. Replace picture and clock by your own source; the rest stays as it is.
#include <sluice/c/test_picture.h>

#include <sluice/json.hpp>
#include <sluice/module.hpp>
#include <sluice/publisher.hpp>
#include <sluice/timer.hpp>

#include "timing.hpp"

namespace {

class Source final : public sluice::Module {
 public:
  explicit Source(const sluice_host* host)
      : Module(host), publisher_(Module::host()), timer_(Module::host()) {}

  // The host has checked it against the manifest's schema and filled in the defaults.
  void configure(std::string_view text) override {
    const sluice::Json json(text);
    stream_ = json.text("/config/stream");
    rate_ = json.integer("/config/frames_per_second");
  }

  void start() override { open(); }
  void drain(std::int64_t) override { end("draining"); }
  void stop() override { end("stopped"); }

 private:
  // The answer comes later, on this lane. While somebody else has the name it is tried again.
  void open() {
    sluice::SessionRequest request;
    request.key = stream_;
    request.local_module = true;
    const sluice_status status =
        publisher_.open(host().lane(0), request,
                        {.on_open = [this] { begin(); },
                         .on_refused = [this](sluice_status, std::string_view why) { refused(why); },
                         .on_revoked = [this](sluice_status, std::string_view why) { end(why); }});
    if (status != SLUICE_STATUS_OK) throw sluice::Error(status, "cannot publish " + stream_);
  }

  void refused(std::string_view why) {
    if (why != refusal_) host().warn(why, {{"stream", stream_}});
    refusal_ = why;
    timer_.start(host().lane(0), host().now() + 1'000'000'000, [this] { open(); });
  }

  void begin() {
    if (publisher_.add_track(sluice_test_picture_track(), track_) != SLUICE_STATUS_OK) return end("no track");
    start_ = host().now();
    tick();
  }

  void tick() {
    sluice_draft draft{};
    if (publisher_.begin(SLUICE_TEST_PICTURE_BYTES, draft) == SLUICE_STATUS_OK) {
      sluice_test_picture_draw(number_, draft.data);  // straight into the host's memory
      sluice_frame_facts facts{};
      facts.track = track_;
      facts.flags = SLUICE_FRAME_KEY;
      facts.size = SLUICE_TEST_PICTURE_BYTES;
      facts.dts = facts.pts = frame_time(number_, rate_);
      facts.duration = frame_time(1, rate_);
      facts.capture_wall = host().wall();
      publisher_.publish(draft, facts);
    }
    timer_.start(host().lane(0), start_ + frame_time(++number_, rate_), [this] { tick(); });
  }

  void end(std::string_view reason) {
    timer_.cancel();
    publisher_.end(SLUICE_END_CLEAN, reason);
  }

  sluice::Publisher publisher_;
  sluice::Timer timer_;
  std::string stream_;
  std::string refusal_;
  std::int64_t rate_ = 1;
  std::int64_t start_ = 0;
  std::uint32_t track_ = 0;
  std::uint32_t number_ = 0;
};

}  // namespace

SLUICE_MODULE(Source)
