// The mpegts module: provides the packager of the format "mpegts".
#include "packaging.hpp"

namespace sluice::mpegts {
namespace {

class MpegTs final : public PackagerModule {
 public:
  using PackagerModule::PackagerModule;

  std::unique_ptr<PackagerSession> open_session(const PackagerRequest& request) override {
    if (request.format != "mpegts") throw Error(SLUICE_STATUS_NOT_SUPPORTED, "the format is mpegts");
    if (request.parameters != "{}") throw Error(SLUICE_STATUS_ARGUMENT, "/: this format has no parameters");
    return std::make_unique<Packaging>();
  }
};

}  // namespace
}  // namespace sluice::mpegts

SLUICE_MODULE(sluice::mpegts::MpegTs)
