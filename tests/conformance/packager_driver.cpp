#include "packager_driver.hpp"

#include <dlfcn.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string_view>
#include <utility>

namespace sluice::conformance {
namespace {

sluice_str str(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

// ---- The module's seat
// -------------------------------------------------------------------------------------

// Just enough of a host for a module that only transforms: references are counted, nothing is logged.
struct PackagerDriver::Seat {
  sluice_engine engine{};
  sluice_registry registry{};
  sluice_net net{};
  sluice_log log{};
  sluice_metrics metrics{};
  sluice_clock clock{};
  sluice_events events{};
  sluice_host host{};
  std::map<const sluice_frame*, int> held;

  static Seat*& current() {
    static Seat* seat = nullptr;  // frame_retain carries no self
    return seat;
  }

  Seat() {
    current() = this;
    engine.struct_size = sizeof engine;
    engine.lane_count = [](void*) { return 1u; };
    engine.lane_at = [](void* self, std::uint32_t index) {
      return index == 0 ? static_cast<sluice_lane*>(self) : nullptr;
    };
    engine.frame_retain = [](const sluice_frame* frame) { ++current()->held[frame]; };
    engine.frame_release = [](const sluice_frame* frame) { --current()->held[frame]; };
    registry.struct_size = sizeof registry;
    net.struct_size = sizeof net;
    log.struct_size = sizeof log;
    log.enabled = [](void*, std::uint32_t) { return 0u; };
    log.write = [](void*, std::uint32_t, const sluice_log_site*, sluice_str, const sluice_log_field*,
                   std::uint32_t) {};
    metrics.struct_size = sizeof metrics;
    clock.struct_size = sizeof clock;
    clock.monotonic = clock.wall = [](void*) { return std::int64_t{1}; };
    events.struct_size = sizeof events;
    host.struct_size = sizeof host;
    host.self = this;
    host.get_interface = [](void* self, sluice_str id, std::uint32_t, sluice_interface* out, sluice_err*) {
      return static_cast<Seat*>(self)->find({id.data, id.size}, out);
    };
  }

  sluice_status find(std::string_view id, sluice_interface* out) {
    const std::pair<std::string_view, const void*> tables[] = {
        {SLUICE_ENGINE_ID, &engine}, {SLUICE_REGISTRY_ID, &registry}, {SLUICE_NET_ID, &net},
        {SLUICE_LOG_ID, &log},       {SLUICE_METRICS_ID, &metrics},   {SLUICE_CLOCK_ID, &clock},
        {SLUICE_EVENTS_ID, &events}};
    for (const auto& [name, table] : tables) {
      if (name != id) continue;
      *out = {sizeof *out, 0, table, this};
      return SLUICE_STATUS_OK;
    }
    return SLUICE_STATUS_NOT_FOUND;
  }
};

// ---- The driver
// --------------------------------------------------------------------------------------------

PackagerDriver::PackagerDriver(const std::filesystem::path& library, const std::string& config)
    : library_(::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL)), seat_(std::make_unique<Seat>()) {
  INFO(library);
  REQUIRE(library_);
  const auto entry = reinterpret_cast<sluice_entry_fn>(::dlsym(library_, "sluice_entry_v1"));
  REQUIRE(entry);
  const sluice_offer offer{sizeof offer,  SLUICE_ABI_MAJOR, 0,           SLUICE_ABI_MINOR, 0, 0,
                           str("driver"), str("0"),         &seat_->host};
  sluice_answer answer{};
  answer.struct_size = sizeof answer;
  REQUIRE(entry(&offer, &answer) == SLUICE_STATUS_OK);
  life_ = answer.life;
  module_ = answer.self;
  err.struct_size = sizeof err;
  const std::string text = R"({"config":)" + config + "}";
  if (life_->configure) REQUIRE(life_->configure(module_, str(text), &err) == SLUICE_STATUS_OK);
  REQUIRE(life_->start(module_, &err) == SLUICE_STATUS_OK);
  found_.struct_size = sizeof found_;
  REQUIRE(life_->query);
  REQUIRE(life_->query(module_, str(SLUICE_PACKAGER_ID), 0, &found_) == SLUICE_STATUS_OK);
  packager_ = static_cast<const sluice_packager*>(found_.table);
  REQUIRE(packager_->struct_size >= sizeof *packager_);
}

PackagerDriver::~PackagerDriver() {
  close();
  if (life_) {
    life_->stop(module_);
    life_->destroy(module_);
  }
  if (library_) ::dlclose(library_);
}

sluice_status PackagerDriver::open(std::string_view format, std::string_view parameters) {
  close();
  const sluice_packager_request request{sizeof request, 0, str(format), str(parameters), str("test/stream")};
  const sluice_status status = packager_->open(found_.self, &request, &session_, &err);
  CHECK((status == SLUICE_STATUS_OK) == (session_ != nullptr));
  return status;
}

template <class Call>
sluice_status PackagerDriver::recorded(bool in_tracks, const sluice_frame* current, Call&& call) {
  ChunkRecorder recorder(in_tracks, current, seat_->held);
  const sluice_status status = call(recorder.writer());
  for (Chunk& chunk : recorder.chunks()) chunks.push_back(std::move(chunk));
  if (status == SLUICE_STATUS_OK && !recorder.is_clean()) return SLUICE_STATUS_PROTOCOL;
  return status;
}

sluice_status PackagerDriver::tracks(const std::vector<const sluice_track*>& tracks) {
  return recorded(true, nullptr, [&](const sluice_chunk_writer* writer) {
    return packager_->tracks(session_, tracks.data(), static_cast<std::uint32_t>(tracks.size()), writer,
                             &err);
  });
}

sluice_status PackagerDriver::frame(const TestFrame& frame) {
  return recorded(false, &frame.view(), [&](const sluice_chunk_writer* writer) {
    return packager_->frame(session_, &frame.view(), writer, &err);
  });
}

sluice_status PackagerDriver::flush() {
  return recorded(false, nullptr, [&](const sluice_chunk_writer* writer) {
    return packager_->flush(session_, writer, &err);
  });
}

sluice_status PackagerDriver::describe(sluice_packager_description& out) {
  out = {};
  out.struct_size = sizeof out;
  return packager_->describe(session_, &out);
}

void PackagerDriver::close() {
  if (session_) packager_->close(std::exchange(session_, nullptr));
}

int PackagerDriver::held() const {
  int count = 0;
  for (const auto& [frame, references] : seat_->held) count += references;
  return count;
}

}  // namespace sluice::conformance
