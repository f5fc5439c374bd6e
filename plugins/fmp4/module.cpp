// Fragmented MP4 as a packaging: formats "mp4" (progressive) and "cmaf".
#include <memory>

#include <sluice/packager.hpp>
#include <sluice/registration.hpp>

#include "session.hpp"

namespace {

class Fmp4Module final : public sluice::PackagerModule {
 public:
  using PackagerModule::PackagerModule;

  // The record waits until somebody provides sluice.http/1.
  void start() override {
    route_.add(host().lane(0), {"sluice.http/1", "route", "GET * /{key...}.mp4",
                                R"({"answer": "stream", "format": "mp4", "mime": "video/mp4"})"});
  }
  void stop() override { route_.withdraw(); }

  std::unique_ptr<sluice::PackagerSession> open_session(const sluice::PackagerRequest& request) override {
    return std::make_unique<sluice::fmp4::Session>(
        host(), sluice::fmp4::parse_parameters(request.format, request.parameters));
  }

 private:
  sluice::Registration route_{host()};
};

}  // namespace

SLUICE_MODULE(Fmp4Module)
