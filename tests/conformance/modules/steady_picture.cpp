// Publishes the test picture as example/steady, the very same frames on every server: also when they were
// captured is a fixed time, so two servers that run this were fed alike, at whatever moments they began.
#include <sluice/c/test_picture.h>

#include <sluice/module.hpp>
#include <sluice/publisher.hpp>
#include <sluice/timer.hpp>

namespace {

constexpr std::int64_t frame_ns = 40'000'000;
constexpr std::uint32_t key_distance = 25;
constexpr std::int64_t first_captured = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z

class SteadyPicture final : public sluice::Module {
 public:
  explicit SteadyPicture(const sluice_host* host)
      : Module(host), publisher_(Module::host()), timer_(Module::host()) {}

  void start() override {
    sluice::SessionRequest request;
    request.key = "example/steady";
    request.local_module = true;
    const sluice_status status =
        publisher_.open(host().lane(0), request,
                        {.on_open = [this] { begin(); },
                         .on_refused = [this](sluice_status, std::string_view why) { host().warn(why); },
                         .on_revoked = [this](sluice_status, std::string_view why) { end(why); }});
    if (status != SLUICE_STATUS_OK) throw sluice::Error(status, "cannot publish example/steady");
  }

  void drain(std::int64_t) override { end("draining"); }
  void stop() override { end("stopped"); }

 private:
  void begin() {
    publisher_.add_track(sluice_test_picture_track(), track_);
    start_ = host().now();
    tick();
  }

  void tick() {
    sluice_draft draft{};
    if (publisher_.begin(SLUICE_TEST_PICTURE_BYTES, draft) == SLUICE_STATUS_OK) {
      sluice_test_picture_draw(number_, draft.data);
      sluice_frame_facts facts{};
      facts.track = track_;
      facts.flags = number_ % key_distance == 0 ? SLUICE_FRAME_KEY : 0u;
      facts.size = SLUICE_TEST_PICTURE_BYTES;
      facts.dts = facts.pts = number_ * frame_ns;
      facts.duration = frame_ns;
      facts.capture_wall = first_captured + facts.dts;
      publisher_.publish(draft, facts);
    }
    timer_.start(host().lane(0), start_ + ++number_ * frame_ns, [this] { tick(); });
  }

  void end(std::string_view reason) {
    timer_.cancel();
    publisher_.end(SLUICE_END_CLEAN, reason);
  }

  sluice::Publisher publisher_;
  sluice::Timer timer_;
  std::uint32_t track_ = 0;
  std::uint32_t number_ = 0;
  std::int64_t start_ = 0;
};

}  // namespace

SLUICE_MODULE(SteadyPicture)
