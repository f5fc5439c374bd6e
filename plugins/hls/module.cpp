// The HLS module: routes of the http module, answered from the windows of one lane.
#include <memory>

#include <sluice/module.hpp>

#include "hls_routes.hpp"
#include "settings.hpp"

namespace sluice::hls {

class HlsModule final : public Module {
 public:
  using Module::Module;

  void configure(std::string_view json) override { settings_ = parse_settings(json); }

  void start() override {
    routes_ = std::make_unique<HlsRoutes>(host(), host().lane(0), settings_);
    on_lane([](void* routes) { static_cast<HlsRoutes*>(routes)->begin(); });
  }
  void drain(std::int64_t) override {
    if (routes_) on_lane([](void* routes) { static_cast<HlsRoutes*>(routes)->drain(); });
  }

  // [lane] The host's loop; what the lane served dies on its own thread.
  void run_lane(sluice_lane* lane, std::uint32_t) {
    host().engine().call(&sluice_engine::lane_run, lane);
    routes_.reset();
  }

 private:
  void on_lane(sluice_callback fn) {
    const sluice_status status = host().engine().call(&sluice_engine::lane_post, host().lane(0), fn,
                                                      static_cast<void*>(routes_.get()));
    if (status != SLUICE_STATUS_OK) throw Error(status, "a lane takes no more work");
  }

  Settings settings_;
  std::unique_ptr<HlsRoutes> routes_;  // used by the lane alone once it began
};

}  // namespace sluice::hls

SLUICE_MODULE(sluice::hls::HlsModule)
