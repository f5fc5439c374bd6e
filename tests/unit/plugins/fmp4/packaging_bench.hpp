// A packaging session with as much of a host as it needs: references are counted, chunks recorded.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <sluice/abi/sluice.h>

#include "fmp4/session.hpp"

namespace sluice::test {

// One frame with memory of its own; it stays where it is.
struct OwnFrame {
  OwnFrame(const sluice_track& track, std::vector<std::uint8_t> payload, std::int64_t dts, std::int64_t pts,
           std::uint32_t flags)
      : bytes(std::move(payload)), span{bytes.data(), bytes.size()} {
    view.struct_size = sizeof view;
    view.flags = flags;
    view.dts = dts;
    view.pts = pts;
    view.capture_wall = SLUICE_TIME_NONE;
    view.track = &track;
    view.bytes = bytes.size();
    view.spans = &span;
    view.span_count = 1;
  }
  OwnFrame(const OwnFrame&) = delete;
  OwnFrame& operator=(const OwnFrame&) = delete;

  std::vector<std::uint8_t> bytes;
  sluice_span span;
  sluice_frame view{};
};

struct RecordedChunk {
  sluice_chunk_facts facts{};
  std::vector<std::uint8_t> bytes;
  std::size_t copied = 0;
};

class PackagingBench {
 public:
  explicit PackagingBench(std::string_view format, std::string_view parameters = "{}")
      : engine_(make_engine()),
        raw_host_(make_host()),
        host_(&raw_host_),
        session(host_, fmp4::parse_parameters(format, parameters)) {}
  PackagingBench(const PackagingBench&) = delete;
  PackagingBench& operator=(const PackagingBench&) = delete;

  void tracks(const std::vector<const sluice_track*>& list) {
    run([&](ChunkWriter& out) { session.tracks(list, out); });
  }
  void frame(const sluice_frame& frame) {
    run([&](ChunkWriter& out) { session.frame(frame, out); });
  }
  void flush() {
    run([&](ChunkWriter& out) { session.flush(out); });
  }

  // References that all benches of the process hold.
  static int held() {
    int sum = 0;
    for (const auto& [frame, count] : counts()) sum += count;
    return sum;
  }

  std::vector<std::uint8_t> all_bytes() const {
    std::vector<std::uint8_t> all;
    for (const RecordedChunk& chunk : chunks) all.insert(all.end(), chunk.bytes.begin(), chunk.bytes.end());
    return all;
  }

  std::vector<RecordedChunk> chunks;

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
      *out = {sizeof *out, 0, &static_cast<PackagingBench*>(self)->engine_, self};
      return sluice_status{SLUICE_STATUS_OK};
    };
    return host;
  }

  template <class Call>
  void run(Call&& call) {
    pending_ = {};
    const sluice_chunk_writer writer{sizeof writer, 0, this, &append_bytes, &append_slice, &end_chunk};
    ChunkWriter out(&writer);
    call(out);
    if (!pending_.bytes.empty()) throw std::logic_error("a chunk was begun and not ended");
  }
  static sluice_status append_bytes(void* self, const std::uint8_t* bytes, std::uint64_t size) {
    RecordedChunk& pending = static_cast<PackagingBench*>(self)->pending_;
    pending.bytes.insert(pending.bytes.end(), bytes, bytes + size);
    pending.copied += size;
    return SLUICE_STATUS_OK;
  }
  static sluice_status append_slice(void* self, const sluice_frame* frame, std::uint64_t offset,
                                    std::uint64_t size) {
    RecordedChunk& pending = static_cast<PackagingBench*>(self)->pending_;
    if (counts()[frame] <= 0 || frame->span_count != 1 || offset + size > frame->bytes)
      return SLUICE_STATUS_ARGUMENT;
    pending.bytes.insert(pending.bytes.end(), frame->spans[0].data + offset,
                         frame->spans[0].data + offset + size);
    return SLUICE_STATUS_OK;
  }
  static sluice_status end_chunk(void* self, const sluice_chunk_facts* facts) {
    auto& bench = *static_cast<PackagingBench*>(self);
    bench.pending_.facts = *facts;
    bench.chunks.push_back(std::exchange(bench.pending_, {}));
    return SLUICE_STATUS_OK;
  }

  sluice_engine engine_;
  sluice_host raw_host_;
  Host host_;
  RecordedChunk pending_;

 public:
  fmp4::Session session;
};

}  // namespace sluice::test
