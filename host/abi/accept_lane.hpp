// A module's lane as the host's listeners see it.
#pragma once

#include "engine/lane.hpp"
#include "net/listeners.hpp"

namespace sluice::abi {

class ModuleLane final : public net::AcceptLane {
 public:
  explicit ModuleLane(engine::Lane& lane) : lane_(lane) {}
  engine::Lane& lane() const { return lane_; }

  Posted post(void (*fn)(void* ctx), void* ctx) override {
    switch (lane_.post(fn, ctx)) {
      case engine::Errc::ok:
        return Posted::yes;
      case engine::Errc::busy:
        return Posted::full;
      default:
        return Posted::gone;
    }
  }

 private:
  engine::Lane& lane_;
};

}  // namespace sluice::abi
