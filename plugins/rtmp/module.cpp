// The RTMP module: a listener that hands connections to the lanes.
#include <array>
#include <memory>

#include <sluice/listener.hpp>
#include <sluice/module.hpp>

#include "lane_server.hpp"

namespace sluice::rtmp {

class RtmpModule final : public Module {
 public:
  using Module::Module;

  void configure(std::string_view json) override {
    shared_.settings = std::make_shared<const Settings>(parse_settings(json));
  }
  void reconfigure(std::string_view json) override { configure(json); }

  void start() override {
    listener_ = std::make_unique<Listener>(
        host(), "rtmp",
        [this](sluice_lane* lane, sluice::Connection socket) { server_of(lane).adopt(std::move(socket)); });
  }

  void drain(std::int64_t) override { listener_.reset(); }
  void remaining(sluice_remaining& out) override { out.sessions = shared_.sessions; }
  void stop() override { listener_.reset(); }

  // [lane] The host's loop; what the lane served dies on its own thread.
  void run_lane(sluice_lane* lane, std::uint32_t index) {
    host().engine().call(&sluice_engine::lane_run, lane);
    servers_.at(index).reset();
  }

 private:
  static constexpr std::size_t lane_limit = 64;  // threads.max of the manifest

  // Made on the lane, by its first connection.
  LaneServer& server_of(sluice_lane* lane) {
    for (std::uint32_t i = 0; i < lane_limit && i < host().lane_count(); ++i) {
      if (host().lane(i) != lane) continue;
      if (!servers_[i]) servers_[i] = std::make_unique<LaneServer>(host(), lane, shared_);
      return *servers_[i];
    }
    throw Error(SLUICE_STATUS_ARGUMENT, "not a lane of this module");
  }

  Shared shared_;
  std::unique_ptr<Listener> listener_;
  std::array<std::unique_ptr<LaneServer>, lane_limit> servers_;  // each touched by its own lane only
};

}  // namespace sluice::rtmp

SLUICE_MODULE(sluice::rtmp::RtmpModule)
