// A session with as much of a host as it needs: references to frames are counted.
#pragma once

#include <map>
#include <string_view>

#include <sluice/abi/sluice.h>

#include "../packaging_bench.hpp"
#include "fmp4/session.hpp"

namespace sluice::test {

class CountingHost {
 public:
  CountingHost() : engine_(make_engine()), raw_host_(make_host()), host_(&raw_host_) {}
  CountingHost(const CountingHost&) = delete;
  CountingHost& operator=(const CountingHost&) = delete;

  // References that all benches of the process hold.
  static int held() {
    int sum = 0;
    for (const auto& [frame, count] : counts()) sum += count;
    return sum;
  }

 protected:
  const Host& host() const { return host_; }
  static bool is_held(const sluice_frame& frame) { return counts()[&frame] > 0; }

 private:
  static std::map<const sluice_frame*, int>& counts() {
    static std::map<const sluice_frame*, int> counted;  // frame_retain carries no self
    return counted;
  }
  static sluice_engine make_engine() {
    sluice_engine engine{};
    engine.struct_size = sizeof engine;
    engine.frame_retain = [](const sluice_frame* frame) { ++counts()[frame]; };
    engine.frame_release = [](const sluice_frame* frame) { --counts()[frame]; };
    return engine;
  }
  sluice_host make_host() {
    sluice_host host{};
    host.struct_size = sizeof host;
    host.self = this;
    host.get_interface = [](void* self, sluice_str id, std::uint32_t, sluice_interface* out, sluice_err*) {
      if (from_abi(id) != SLUICE_ENGINE_ID) return sluice_status{SLUICE_STATUS_NOT_FOUND};
      *out = {sizeof *out, 0, &static_cast<CountingHost*>(self)->engine_, self};
      return sluice_status{SLUICE_STATUS_OK};
    };
    return host;
  }

  sluice_engine engine_;
  sluice_host raw_host_;
  Host host_;
};

// The host is there before the session, and goes after it.
class SessionBench final : public CountingHost, public PackagingBench<fmp4::Session> {
 public:
  explicit SessionBench(std::string_view format, std::string_view parameters = "{}")
      : PackagingBench(host(), fmp4::parse_parameters(format, parameters)) {}

 private:
  bool may_slice(const sluice_frame& frame) const override { return is_held(frame); }
};

}  // namespace sluice::test
