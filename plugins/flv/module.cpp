// The flv module: the packager of the format "flv", and its route.
#include <memory>

#include <sluice/packager.hpp>
#include <sluice/registration.hpp>

#include "flv/packaging.hpp"

namespace sluice::flv {
namespace {

class Flv final : public PackagerModule {
 public:
  using PackagerModule::PackagerModule;

  // The record waits until somebody provides sluice.http/1.
  void start() override {
    route_.add(host().lane(0),
               {"sluice.http/1", "route", "GET * /{key...}.flv",
                R"({"answer": "stream", "format": "flv", "mime": "video/x-flv", "websocket": true})"});
  }
  void stop() override { route_.withdraw(); }

  std::unique_ptr<PackagerSession> open_session(const PackagerRequest& request) override {
    if (request.format != "flv") throw Error(SLUICE_STATUS_NOT_SUPPORTED, "the format is flv");
    if (request.parameters != "{}")
      throw Error(SLUICE_STATUS_ARGUMENT, "/: this format has no parameters; give {}");
    return std::make_unique<Packaging>();
  }

 private:
  Registration route_{host()};
};

}  // namespace
}  // namespace sluice::flv

SLUICE_MODULE(sluice::flv::Flv)
