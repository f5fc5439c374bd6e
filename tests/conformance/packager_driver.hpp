// The host's side of sluice.packager/1 without an engine: loads a packager, feeds it frames, collects its
// chunks and counts the references it holds. Everything on the calling thread.
#pragma once

#include <sluice/abi/sluice.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kit/chunk_recorder.hpp"
#include "kit/made_frame.hpp"

namespace sluice::conformance {

using kit::Chunk;
using kit::ChunkRecorder;
using TestFrame = kit::MadeFrame;

class PackagerDriver {
 public:
  // Enters and configures the module; fails the test where it does not provide sluice.packager/1.
  explicit PackagerDriver(const std::filesystem::path& library, const std::string& config = "{}");
  ~PackagerDriver();
  PackagerDriver(const PackagerDriver&) = delete;
  PackagerDriver& operator=(const PackagerDriver&) = delete;

  sluice_status open(std::string_view format, std::string_view parameters = "{}");
  // Chunks go to `chunks`. A call that leaves a chunk unfinished counts as failed: PROTOCOL.
  sluice_status tracks(const std::vector<const sluice_track*>& tracks);
  sluice_status frame(const TestFrame& frame);
  sluice_status flush();
  sluice_status describe(sluice_packager_description& out);
  void close();

  std::vector<Chunk> chunks;
  sluice_err err{};
  // References the provider has not given back.
  int held() const;

 private:
  struct Seat;
  template <class Call>
  sluice_status recorded(bool in_tracks, const sluice_frame* current, Call&& call);

  void* library_ = nullptr;
  std::unique_ptr<Seat> seat_;
  const sluice_module_life* life_ = nullptr;
  void* module_ = nullptr;
  sluice_interface found_{};
  const sluice_packager* packager_ = nullptr;
  sluice_packager_session* session_ = nullptr;
};

}  // namespace sluice::conformance
