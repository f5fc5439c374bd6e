// The RTMP module: listeners that hand connections to the lanes.
#include <array>
#include <memory>
#include <optional>

#include <sluice/listener.hpp>
#include <sluice/module.hpp>
#include <sluice/tls/certificate_watch.hpp>

#include "lane_server.hpp"

namespace sluice::rtmp {

class RtmpModule final : public Module {
 public:
  using Module::Module;

  void configure(std::string_view json) override {
    auto settings = std::make_shared<const Settings>(parse_settings(json));
    if (settings->tls) {
      shared_.tls = std::make_shared<tls::ContextSource>(*settings->tls);
      certificate_watch_.emplace(host(), shared_.tls);
    }
    shared_.settings = std::move(settings);
  }
  // TLS is part of what needs a new generation.
  void reconfigure(std::string_view json) override {
    shared_.settings = std::make_shared<const Settings>(parse_settings(json));
  }

  void start() override {
    plain_ = listen("rtmp", false);
    if (!shared_.tls) return;
    const auto begin = [](void* self) {
      auto& module = *static_cast<RtmpModule*>(self);
      module.certificate_watch_->begin(module.host().lane(0));
    };
    const sluice_status status =
        host().engine().call(&sluice_engine::lane_post, host().lane(0), +begin, static_cast<void*>(this));
    if (status != SLUICE_STATUS_OK) throw Error(status, "a lane takes no more work");
    encrypted_ = listen("rtmps", true);
  }

  void drain(std::int64_t) override { stop(); }
  void remaining(sluice_remaining& out) override { out.sessions = shared_.sessions; }
  void stop() override {
    plain_.reset();
    encrypted_.reset();
  }

  // [lane] The host's loop; what the lane served dies on its own thread.
  void run_lane(sluice_lane* lane, std::uint32_t index) {
    host().engine().call(&sluice_engine::lane_run, lane);
    if (index == 0) certificate_watch_.reset();
    servers_.at(index).reset();
  }

 private:
  static constexpr std::size_t lane_limit = 64;  // threads.max of the manifest

  std::unique_ptr<Listener> listen(std::string_view name, bool secure) {
    return std::make_unique<Listener>(host(), name,
                                      [this, secure](sluice_lane* lane, sluice::Connection socket) {
                                        server_of(lane).adopt(std::move(socket), secure);
                                      });
  }

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
  std::optional<tls::CertificateWatch> certificate_watch_;  // on the first lane
  std::unique_ptr<Listener> plain_, encrypted_;
  std::array<std::unique_ptr<LaneServer>, lane_limit> servers_;  // each touched by its own lane only
};

}  // namespace sluice::rtmp

SLUICE_MODULE(sluice::rtmp::RtmpModule)
