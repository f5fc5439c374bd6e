// Cases for providers of sluice.packager/1: sound frames, and such as no publisher should have sent.
#include <sluice/c/test_picture.h>

#include <deque>
#include <functional>
#include <memory>

#include "abi/struct_check.hpp"
#include "kit/cases.hpp"
#include "kit/chunk_recorder.hpp"
#include "kit/held_frames.hpp"
#include "kit/made_frame.hpp"
#include "kit/rules.hpp"
#include "kit/trial.hpp"
#include "modules/control_call.hpp"
#include "modules/status_name.hpp"

namespace sluice::kit {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Tracks = std::vector<const sluice_track*>;

// All that a call of the packager may touch; a call that comes late finds it still there.
struct Bench {
  const sluice_packager* table = nullptr;
  void* self = nullptr;
  sluice_packager_session* session = nullptr;
  sluice_err err{};
  std::deque<Bytes> configs;
  std::deque<sluice_track> tracks;
  std::deque<MadeFrame> frames;
};

class Packager {
 public:
  Packager(Trial& trial, Life& life) : trial_(trial), life_(life) {
    const auto found = life.module().query(SLUICE_PACKAGER_ID, 0);
    if (found.has_error()) {
      const bool threw = found.error().finding.find("threw") != std::string::npos;
      fail(threw ? "R9" : found.error().rule, found.error().finding, found.error().remedy);
    }
    bench_->table = static_cast<const sluice_packager*>(found->table);
    bench_->self = found->self;
    bench_->err.struct_size = sizeof bench_->err;
    const auto& table = *bench_->table;
    const bool whole = table.struct_size >= sizeof table && table.open != nullptr &&
                       table.tracks != nullptr && table.frame != nullptr && table.flush != nullptr &&
                       table.describe != nullptr && table.close != nullptr;
    if (!whole)
      fail("SL-DEP-001", "its " SLUICE_PACKAGER_ID " lacks a method", "Fill the table that query gives.");
  }

  const sluice_track& track(std::uint32_t codec, std::uint32_t kind, Bytes config) {
    const auto& kept = bench_->configs.emplace_back(std::move(config));
    sluice_track made{};
    made.struct_size = sizeof made;
    made.id = static_cast<std::uint32_t>(bench_->tracks.size() + 1);
    made.revision = 1;
    made.kind = kind;
    made.codec = codec;
    made.config = {kept.data(), kept.size()};
    return bench_->tracks.emplace_back(made);
  }

  sluice_status open(const std::string& format, const std::string& parameters = "{}") {
    const auto status = call("open", [bench = bench_, format, parameters] {
      const sluice_packager_request request{sizeof request, 0, abi::borrow(format), abi::borrow(parameters),
                                            abi::borrow("kit/stream")};
      bench->session = nullptr;
      return bench->table->open(bench->self, &request, &bench->session, &bench->err);
    });
    if ((status == SLUICE_STATUS_OK) != (bench_->session != nullptr)) {
      fail(rule_chunks,
           "open returned " + modules::status_name(status) + " and " +
               (bench_->session != nullptr ? "a session" : "no session"),
           "Give a session with OK, and none with anything else.");
    }
    return status;
  }
  sluice_status tracks(const Tracks& tracks) {
    return recorded("tracks", true, nullptr, [bench = bench_, tracks](const sluice_chunk_writer* writer) {
      return bench->table->tracks(bench->session, tracks.data(), static_cast<std::uint32_t>(tracks.size()),
                                  writer, &bench->err);
    });
  }
  sluice_status frame(const sluice_track& track, std::vector<Bytes> spans, std::int64_t dts,
                      std::uint32_t flags = SLUICE_FRAME_KEY) {
    const auto& made = bench_->frames.emplace_back(track, std::move(spans), dts, flags);
    held_frames().lend(made.view());
    return recorded("frame", false, &made.view(),
                    [bench = bench_, view = &made.view()](const sluice_chunk_writer* writer) {
                      return bench->table->frame(bench->session, view, writer, &bench->err);
                    });
  }
  sluice_status flush() {
    return recorded("flush", false, nullptr, [bench = bench_](const sluice_chunk_writer* writer) {
      return bench->table->flush(bench->session, writer, &bench->err);
    });
  }
  sluice_status describe() {
    return call("describe", [bench = bench_] {
      sluice_packager_description out{};
      out.struct_size = sizeof out;
      return bench->table->describe(bench->session, &out);
    });
  }
  void close() {
    if (bench_->session == nullptr) return;
    call("close", [bench = bench_] {
      bench->table->close(std::exchange(bench->session, nullptr));
      return SLUICE_STATUS_OK;
    });
    for (const auto& [frame, count] : held_frames().counts()) {
      if (count == 0) continue;
      fail("R5", "after close a frame has " + std::to_string(count) + " references that were not given back",
           "Each frame_retain wants one frame_release, by close at the latest.");
    }
  }
  std::size_t chunks() const { return chunks_; }
  std::size_t frames() const { return bench_->frames.size(); }

 private:
  sluice_status call(const std::string& method, std::function<sluice_status()> work) {
    auto status = std::make_shared<sluice_status>(SLUICE_STATUS_INTERNAL);
    const auto called = modules::call_on(life_.module().control_lane(), trial_.pace().patience,
                                         [status, work = std::move(work)] { *status = work(); });
    if (called == modules::Called::threw)
      fail("R9", "an exception left the packager's " + method, "Catch everything inside the module.");
    if (called != modules::Called::done)
      fail("SL-RUN-002", "the packager's " + method + " did not come back", "Its calls take 10 ms at most.");
    return *status;
  }

  sluice_status recorded(const std::string& method, bool in_tracks, const sluice_frame* current,
                         std::function<sluice_status(const sluice_chunk_writer*)> work) {
    const auto held = std::make_shared<std::map<const sluice_frame*, int>>(held_frames().counts());
    const auto recorder = std::make_shared<ChunkRecorder>(in_tracks, current, *held);
    const auto status =
        call(method, [recorder, held, work = std::move(work)] { return work(recorder->writer()); });
    chunks_ += recorder->chunks().size();
    if (status == SLUICE_STATUS_OK && !recorder->is_clean()) {
      fail(
          rule_chunks,
          "its " + method + " returned OK although the writer had refused something or a chunk was not ended",
          "Hand on what the writer's functions return, and call end_chunk for all that was appended.");
    }
    return status;
  }

  Trial& trial_;
  Life& life_;
  const std::shared_ptr<Bench> bench_ = std::make_shared<Bench>();
  std::size_t chunks_ = 0;
};

Bytes picture(std::uint32_t number) {
  Bytes bytes(SLUICE_TEST_PICTURE_BYTES);
  sluice_test_picture_draw(number, bytes.data());
  return bytes;
}

const Bytes picture_config(sluice_test_picture_config,
                           sluice_test_picture_config + sizeof sluice_test_picture_config);
const Bytes aac_config = {0x11, 0x90};  // LC, 48 kHz, stereo

void try_sound(Trial& trial, Packager& packager, const std::string& format) {
  trial.step("format " + format + ", sound frames");
  if (const auto status = packager.open(format); status != SLUICE_STATUS_OK) {
    fail("SL-DEP-001", "open for its format " + format + " returned " + modules::status_name(status),
         "Take every format that a provision of " SLUICE_PACKAGER_ID " names.");
  }
  const auto& video = packager.track(SLUICE_CODEC_H264, SLUICE_TRACK_VIDEO, picture_config);
  const auto& audio = packager.track(SLUICE_CODEC_AAC, SLUICE_TRACK_AUDIO, aac_config);
  if (packager.describe() == SLUICE_STATUS_OK) {
    fail(rule_chunks, "describe is OK before tracks", "Return STATE until tracks has succeeded once.");
  }
  if (packager.tracks({&video, &audio}) != SLUICE_STATUS_OK) {  // it carries neither
    packager.close();
    return;
  }
  for (std::uint32_t i = 0; i < 10; ++i) {
    packager.frame(video, {picture(i)}, i * 40'000'000ll);
    packager.frame(audio, {{0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c}}, i * 40'000'000ll);
  }
  packager.flush();
  packager.describe();
  packager.frame(video, {picture(10)}, 400'000'000);
  packager.flush();
  packager.close();
}

// One hostile thing, and whatever the session still is good for.
void try_hostile(Trial& trial, Packager& packager, const std::string& format, const std::string& what,
                 const Tracks& tracks, const sluice_track& track, std::vector<Bytes> spans) {
  trial.step("format " + format + ", " + what);
  if (packager.open(format) != SLUICE_STATUS_OK) return;
  auto status = packager.tracks(tracks);
  if (status == SLUICE_STATUS_OK) status = packager.frame(track, std::move(spans), 0);
  if (status == SLUICE_STATUS_OK || status == SLUICE_STATUS_MEDIA) {
    status = packager.frame(track, {picture(1)}, -5'000'000'000, 0);
  }
  if (status == SLUICE_STATUS_OK || status == SLUICE_STATUS_MEDIA) packager.flush();
  packager.close();
}

void try_strange(Trial& trial, Packager& packager, const std::string& format) {
  const auto& video = packager.track(SLUICE_CODEC_H264, SLUICE_TRACK_VIDEO, picture_config);
  const auto& bare = packager.track(SLUICE_CODEC_H264, SLUICE_TRACK_VIDEO, {});
  const auto& rubbish = packager.track(SLUICE_CODEC_H264, SLUICE_TRACK_VIDEO, Bytes(65536, 0xff));
  const auto& odd = packager.track(SLUICE_FOURCC('o', 'd', 'd', '!'), SLUICE_TRACK_DATA, {1, 2, 3});
  const auto hostile = [&](const std::string& what, const sluice_track& track, std::vector<Bytes> spans) {
    try_hostile(trial, packager, format, what, {&track}, track, std::move(spans));
  };
  hostile("a frame without bytes", video, {{}});
  hostile("a frame without spans", video, {});
  hostile("one byte", video, {{0}});
  hostile("a length that reaches beyond", video, {{0xff, 0xff, 0xff, 0xff, 1}});
  Bytes torn = picture(0);
  torn.resize(1000);
  hostile("a torn picture", video, {torn});
  hostile("a picture in spans of one byte", video, std::vector<Bytes>(1000, {0}));
  hostile("a megabyte of nothing", video, {Bytes(1u << 20, 0)});
  hostile("a track without configuration", bare, {picture(0)});
  hostile("a configuration of 64 KiB that is none", rubbish, {picture(0)});
  hostile("an unknown codec", odd, {{1, 2, 3}});
  try_hostile(trial, packager, format, "no track at all", {}, video, {picture(0)});
  try_hostile(trial, packager, format, "sixteen tracks", Tracks(16, &video), video, {picture(0)});
}

}  // namespace

std::string try_packager_frames(Trial& trial) {
  if (!trial.subject().provides(SLUICE_PACKAGER_ID)) skip("it does not provide " SLUICE_PACKAGER_ID);
  const auto life = trial.serve();
  Packager packager(trial, *life);
  for (const auto& provision : trial.subject().manifest().provides) {
    if (provision.iface != SLUICE_PACKAGER_ID) continue;
    try_sound(trial, packager, provision.name);
    try_strange(trial, packager, provision.name);
    trial.step("parameters that are no JSON");
    if (packager.open(provision.name, "{\"a\":") == SLUICE_STATUS_OK) packager.close();
  }
  trial.step("a format it never named");
  if (packager.open("kit-no-such-format") == SLUICE_STATUS_OK) {
    fail(rule_chunks, "open takes a format that its manifest does not name", "Return NOT_SUPPORTED.");
  }
  trial.retire(*life);
  return std::to_string(packager.frames()) + " frames, sound and strange, became " +
         std::to_string(packager.chunks()) + " chunks";
}

}  // namespace sluice::kit
