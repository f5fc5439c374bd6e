// What a publisher says about its frames, before the engine repairs it: time that runs back is noted
// (SL-KIT-003).
#pragma once

#include <sluice/abi/engine.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

namespace sluice::kit {

class Misuses;

class FrameWatch {
 public:
  explicit FrameWatch(Misuses& misuses) : misuses_(misuses) {}

  // [any] `epoch` is that of the publication.
  void look(const std::string& stream, std::uint64_t epoch, const sluice_frame_facts& facts);

 private:
  using Track = std::tuple<std::string, std::uint64_t, std::uint32_t>;

  Misuses& misuses_;
  std::mutex mutex_;
  std::map<Track, std::int64_t> newest_;  // dts
};

// Of this process, telling misuses().
FrameWatch& frame_watch();

}  // namespace sluice::kit
