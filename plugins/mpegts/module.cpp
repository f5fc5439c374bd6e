// The mpegts module: the packager of the format "mpegts", and its route.
#include <sluice/registration.hpp>

#include "packaging.hpp"

namespace sluice::mpegts {
namespace {

class MpegTs final : public PackagerModule {
 public:
  using PackagerModule::PackagerModule;

  // The record waits until somebody provides sluice.http/1.
  void start() override {
    route_.add(host().lane(0), {"sluice.http/1", "route", "GET * /{key...}.ts",
                                R"({"answer": "stream", "format": "mpegts", "mime": "video/mp2t"})"});
  }
  void stop() override { route_.withdraw(); }

  std::unique_ptr<PackagerSession> open_session(const PackagerRequest& request) override {
    if (request.format != "mpegts") throw Error(SLUICE_STATUS_NOT_SUPPORTED, "the format is mpegts");
    if (request.parameters != "{}") throw Error(SLUICE_STATUS_ARGUMENT, "/: this format has no parameters");
    return std::make_unique<Packaging>();
  }

 private:
  Registration route_{host()};
};

}  // namespace
}  // namespace sluice::mpegts

SLUICE_MODULE(sluice::mpegts::MpegTs)
