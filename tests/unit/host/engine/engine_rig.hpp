// An engine on a desk: a clock moved by hand, lanes driven by hand, everything through the C tables.
#pragma once

#include <sluice/abi/engine.h>
#include <sluice/abi/registry.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abi/engine_abi.hpp"
#include "abi/registry_abi.hpp"
#include "abi/seat.hpp"
#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "engine/lane.hpp"
#include "engine/ports.hpp"

namespace sluice::engine::rig {

inline sluice_str str(std::string_view text) { return {text.data(), text.size()}; }
inline std::string text(sluice_str from) { return {from.data, from.size}; }

constexpr std::int64_t ms = 1'000'000;

struct RecordedEvents final : EventSink {
  struct Told {
    std::string kind, stream, module, details;
  };
  void emit(std::string_view kind, std::string_view stream, std::string_view module,
            std::string details) override {
    told.push_back({std::string(kind), std::string(stream), std::string(module), std::move(details)});
  }
  std::size_t count(std::string_view kind) const {
    std::size_t n = 0;
    for (const Told& event : told) n += event.kind == kind;
    return n;
  }
  std::vector<Told> told;
};

// Says yes at once unless told otherwise.
struct ScriptedAuthoriser final : Authoriser {
  void authorise(AuthQuestion question, std::function<void(AuthDecision)> answer) override {
    asked.push_back(std::move(question));
    if (silent) {
      waiting.push_back(std::move(answer));
    } else {
      answer(decision);
    }
  }
  AuthDecision decision{true, ""};
  bool silent = false;
  std::vector<AuthQuestion> asked;
  std::vector<std::function<void(AuthDecision)>> waiting;
};

class Rig {
 public:
  explicit Rig(Options options = {}, unsigned lanes = 1)
      : engine(small(std::move(options)), clock, events, authoriser) {
    seat.id = "test";
    seat.host.engine = &engine;
    seat.host.clock = &clock;
    for (unsigned i = 0; i < lanes; ++i) seat.lanes.push_back(engine.lane_open(seat, i));
  }

  ~Rig() {
    for (Lane* const lane : seat.lanes) engine.lane_end(lane);
    seat.ledger.reclaim_all();
    for (Lane* const lane : seat.lanes) engine.lane_close(lane);
    engine.tick();
  }

  sluice_lane* lane(unsigned index = 0) { return table->lane_at(&seat, index); }

  // Every lane until none has anything left.
  void drain() {
    for (bool again = true; again;) {
      again = false;
      for (unsigned i = 0; i < seat.lanes.size(); ++i)
        again |= table->lane_drain(lane(i)) == SLUICE_STATUS_BUSY;
    }
  }

  void pass(std::chrono::nanoseconds time) {
    clock.advance(time);
    engine.tick();
    drain();
  }

  ManualClock clock;
  RecordedEvents events;
  ScriptedAuthoriser authoriser;
  Engine engine;
  Seat seat;
  const sluice_engine* const table = abi::engine_table();
  const sluice_registry* const registry = abi::registry_table();

 private:
  static Options small(Options options) {
    if (options.memory_budget == Options{}.memory_budget) options.memory_budget = 256u << 20;
    return options;
  }
};

inline sluice_peer peer_of(bool local) {
  sluice_peer peer{};
  peer.struct_size = sizeof peer;
  peer.flags = local ? SLUICE_PEER_LOCAL_MODULE : 0u;
  peer.protocol = str("test");
  peer.address = str("192.0.2.7:5000");
  return peer;
}

struct Picture {
  std::int64_t dts = 0;
  bool key = false;
  bool disposable = false;
  std::size_t size = 100;
  std::optional<std::int64_t> pts{};
};

class Publisher {
 public:
  Publisher(Rig& rig, std::string_view key, unsigned lane = 0, bool local = false) : rig_(rig) {
    sluice_publish_request request{};
    request.struct_size = sizeof request;
    request.key = str(key);
    request.peer = peer_of(local);
    request.credentials.struct_size = sizeof request.credentials;
    sluice_publish_calls calls{};
    calls.struct_size = sizeof calls;
    calls.on_done = [](void* ctx, sluice_status status, sluice_publication* publication,
                       const sluice_err* err) {
      auto& self = *static_cast<Publisher*>(ctx);
      ++self.done;
      self.status = status;
      self.handle = publication;
      self.op = nullptr;
      if (err != nullptr) self.message = err->message;
    };
    calls.on_revoked = [](void* ctx, sluice_status why, sluice_str reason) {
      auto& self = *static_cast<Publisher*>(ctx);
      ++self.revoked;
      self.why = why;
      self.message = text(reason);
    };
    calls.on_key_wanted = [](void* ctx, std::uint32_t track) {
      static_cast<Publisher*>(ctx)->wanted.push_back(track);
    };
    begun = rig.registry->publish_begin(&rig.seat, rig.lane(lane), &request, &calls, this, &op, nullptr);
  }
  Publisher(const Publisher&) = delete;

  std::uint32_t add_track(std::uint32_t kind, std::string_view config = "config") {
    sluice_track track{};
    track.struct_size = sizeof track;
    track.kind = kind;
    track.codec = kind == SLUICE_TRACK_VIDEO ? SLUICE_CODEC_H264 : SLUICE_CODEC_AAC;
    track.config = {reinterpret_cast<const std::uint8_t*>(config.data()), config.size()};
    std::uint32_t id = 0;
    REQUIRE(rig_.table->track_add(handle, &track, &id, nullptr) == SLUICE_STATUS_OK);
    return id;
  }
  std::uint32_t video() { return video_ != 0 ? video_ : video_ = add_track(SLUICE_TRACK_VIDEO); }
  std::uint32_t audio() { return audio_ != 0 ? audio_ : audio_ = add_track(SLUICE_TRACK_AUDIO); }

  sluice_status write(std::uint32_t track, const Picture& picture, std::uint32_t more_flags = 0) {
    sluice_draft draft{};
    draft.struct_size = sizeof draft;
    if (const auto status = rig_.table->frame_begin(handle, picture.size, &draft);
        status != SLUICE_STATUS_OK) {
      return status;
    }
    std::memset(draft.data, static_cast<int>(written++ & 0xff), picture.size);
    sluice_frame_facts facts{};
    facts.struct_size = sizeof facts;
    facts.track = track;
    facts.flags = (picture.key ? SLUICE_FRAME_KEY : 0u) |
                  (picture.disposable ? SLUICE_FRAME_DISPOSABLE : 0u) | more_flags;
    facts.size = picture.size;
    facts.dts = picture.dts;
    facts.pts = picture.pts.value_or(SLUICE_TIME_NONE);
    facts.capture_wall = SLUICE_TIME_NONE;
    return rig_.table->frame_publish(handle, &draft, &facts);
  }
  sluice_status picture(const Picture& picture) { return write(video(), picture); }
  sluice_status sound(std::int64_t dts, std::size_t size = 50) {
    return write(audio(), {dts, true, false, size, {}});
  }

  void end(std::uint32_t how = SLUICE_END_CLEAN) {
    rig_.registry->publication_end(handle, how, str("test"));
    handle = nullptr;
  }

  sluice_status begun = 0;
  sluice_op* op = nullptr;
  int done = 0;
  int revoked = 0;
  sluice_status status = 1;
  sluice_status why = 1;
  sluice_publication* handle = nullptr;
  std::string message;
  std::vector<std::uint32_t> wanted;
  std::uint64_t written = 0;

 private:
  Rig& rig_;
  std::uint32_t video_ = 0;
  std::uint32_t audio_ = 0;
};

struct Seen {
  std::uint64_t seq, epoch, bytes, segment;
  std::int64_t dts, pts;
  std::uint32_t kind, flags, part, discontinuity, track, revision;
  bool key() const { return (flags & SLUICE_FRAME_KEY) != 0; }
  bool video() const { return kind == SLUICE_TRACK_VIDEO; }
};

class Viewer {
 public:
  struct Wish {
    std::uint32_t start = SLUICE_START_KEY;
    std::uint64_t max_bytes = 0;
    std::int64_t max_time = 0;
    unsigned lane = 0;
    std::uint32_t batch = 64;
    std::string format{};
    std::string parameters{};
    bool local = false;
  };

  Viewer(Rig& rig, std::string_view key) : Viewer(rig, key, Wish{}) {}
  Viewer(Rig& rig, std::string_view key, Wish wish) : rig_(rig), batch_(wish.batch) {
    sluice_subscribe_request request{};
    request.struct_size = sizeof request;
    request.start = wish.start;
    request.key = str(key);
    request.peer = peer_of(wish.local);
    request.credentials.struct_size = sizeof request.credentials;
    request.max_bytes = wish.max_bytes;
    request.max_time = wish.max_time;
    request.format = str(wish.format);
    request.parameters = str(wish.parameters);
    sluice_subscribe_calls calls{};
    calls.struct_size = sizeof calls;
    calls.on_done = [](void* ctx, sluice_status status, sluice_subscription* subscription,
                       const sluice_err* err) {
      auto& self = *static_cast<Viewer*>(ctx);
      ++self.done;
      self.status = status;
      self.handle = subscription;
      if (err != nullptr) self.message = err->message;
    };
    calls.on_ready = [](void* ctx, sluice_subscription*) {
      auto& self = *static_cast<Viewer*>(ctx);
      ++self.ready;
      if (self.reading) self.read_all();
    };
    calls.on_closed = [](void* ctx, sluice_status why, sluice_str reason) {
      auto& self = *static_cast<Viewer*>(ctx);
      ++self.closed;
      self.why = why;
      self.message = text(reason);
    };
    begun =
        rig.registry->subscribe_begin(&rig.seat, rig.lane(wish.lane), &request, &calls, this, &op, nullptr);
  }
  Viewer(const Viewer&) = delete;

  // One read; how many frames it gave.
  std::uint32_t read(std::uint32_t max) {
    sluice_batch batch{};
    batch.struct_size = sizeof batch;
    last = rig_.table->read(handle, max, &batch);
    skipped += batch.skipped;
    for (std::uint32_t i = 0; i < batch.count; ++i) {
      const sluice_frame& frame = *batch.entries[i].frame;
      seen.push_back({frame.seq, frame.epoch, frame.bytes, frame.segment, frame.dts, frame.pts,
                      frame.track->kind, frame.flags, frame.part, frame.discontinuity, frame.track->id,
                      frame.track->revision});
      if (on_entry) on_entry(batch.entries[i]);
    }
    return batch.count;
  }
  void read_all() {
    while (read(batch_) != 0) {
    }
  }
  void close() {
    rig_.registry->subscription_close(handle, str("test"));
    handle = nullptr;
  }
  std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> all;
    for (const Seen& frame : seen) all.push_back(frame.seq);
    return all;
  }

  sluice_status begun = 0;
  sluice_op* op = nullptr;
  bool reading = true;  // reads all when told
  int done = 0;
  int ready = 0;
  int closed = 0;
  sluice_status status = 1;
  sluice_status why = 1;
  sluice_status last = 1;
  std::uint64_t skipped = 0;
  sluice_subscription* handle = nullptr;
  std::string message;
  std::vector<Seen> seen;
  std::function<void(sluice_entry&)> on_entry;

 private:
  Rig& rig_;
  std::uint32_t batch_;
};

// Consecutive numbers from..to.
inline std::vector<std::uint64_t> numbers(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t n = from; n <= to; ++n) all.push_back(n);
  return all;
}

}  // namespace sluice::engine::rig
