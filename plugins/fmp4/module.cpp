// Fragmented MP4 as a packaging: formats "mp4" (progressive) and "cmaf".
#include <memory>

#include <sluice/packager.hpp>

#include "session.hpp"

namespace {

class Fmp4Module final : public sluice::PackagerModule {
 public:
  using PackagerModule::PackagerModule;

  std::unique_ptr<sluice::PackagerSession> open_session(const sluice::PackagerRequest& request) override {
    return std::make_unique<sluice::fmp4::Session>(
        host(), sluice::fmp4::parse_parameters(request.format, request.parameters));
  }
};

}  // namespace

SLUICE_MODULE(Fmp4Module)
