// The HTTP module: listeners that hand connections to the lanes, and the provider of sluice.http/1.
#include <array>
#include <memory>

#include <sluice/listener.hpp>
#include <sluice/module.hpp>

#include "lane_server.hpp"

namespace sluice::http {

class HttpModule final : public Module {
 public:
  using Module::Module;

  void configure(std::string_view json) override {
    auto settings = std::make_shared<const Settings>(parse_settings(json));
    if (settings->tls) shared_.tls = std::make_shared<tls::ContextSource>(*settings->tls);
    shared_.settings = std::move(settings);
  }
  // TLS is part of what needs a new generation.
  void reconfigure(std::string_view json) override {
    shared_.settings = std::make_shared<const Settings>(parse_settings(json));
  }

  void start() override {
    for (std::uint32_t i = 0; i < host().lane_count() && i < lane_limit; ++i) {
      servers_[i] = std::make_unique<LaneServer>(host(), host().lane(i), i, shared_);
      on_lane(i, [](void* server) { static_cast<LaneServer*>(server)->begin(); });
    }
    plain_ = listen("http", false);
    if (shared_.tls) encrypted_ = listen("https", true);
  }

  void drain(std::int64_t) override {
    stop();
    shared_.draining = true;
    for (std::uint32_t i = 0; i < host().lane_count() && i < lane_limit; ++i)
      if (servers_[i]) on_lane(i, [](void* server) { static_cast<LaneServer*>(server)->drain(); });
  }
  void remaining(sluice_remaining& out) override { out.sessions = shared_.connections; }
  void stop() override {
    plain_.reset();
    encrypted_.reset();
  }

  // [lane] The host's loop; what the lane served dies on its own thread.
  void run_lane(sluice_lane* lane, std::uint32_t index) {
    host().engine().call(&sluice_engine::lane_run, lane);
    servers_.at(index).reset();
  }

 private:
  static constexpr std::size_t lane_limit = 64;  // threads.max of the manifest

  std::unique_ptr<Listener> listen(std::string_view name, bool secure) {
    return std::make_unique<Listener>(
        host(), name, [this, secure](sluice_lane* lane, sluice::Connection socket) {
          for (std::uint32_t i = 0; i < lane_limit && i < host().lane_count(); ++i)
            if (host().lane(i) == lane) servers_[i]->adopt(std::move(socket), secure);
        });
  }

  void on_lane(std::uint32_t index, sluice_callback fn) {
    const sluice_status status = host().engine().call(&sluice_engine::lane_post, host().lane(index), fn,
                                                      static_cast<void*>(servers_[index].get()));
    if (status != SLUICE_STATUS_OK) throw Error(status, "a lane takes no more work");
  }

  Shared shared_;
  std::unique_ptr<Listener> plain_, encrypted_;
  std::array<std::unique_ptr<LaneServer>, lane_limit>
      servers_;  // each used by its own lane only, once it began
};

}  // namespace sluice::http

SLUICE_MODULE(sluice::http::HttpModule)
