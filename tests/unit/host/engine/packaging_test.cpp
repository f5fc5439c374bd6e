// A stream in a format: made once for all who want it, joined at its key chunks, handed from one module's
// generation to the next without a gap.
#include "engine/packaging.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "engine_rig.hpp"

using namespace sluice::engine;
using namespace sluice::engine::rig;
using namespace std::chrono_literals;

namespace {

// A module with one lane that makes the format "text": each frame becomes "<seq>:" and its first two bytes.
struct Packager {
  struct Session {
    Packager* owner;
    std::string parameters;
    std::vector<std::uint32_t> revisions;
  };

  Packager(Rig& on, std::string name, std::uint32_t generation = 1) : rig(on) {
    seat.id = std::move(name);
    seat.generation = generation;
    seat.host = rig.seat.host;
    lane = rig.engine.lane_open(seat, 0);
    seat.lanes.push_back(lane);
  }
  ~Packager() {
    rig.engine.dismiss_packagings(seat);
    drain();
    rig.engine.lane_end(lane);
    drain();
    rig.engine.lane_close(lane);
  }

  void offer(std::int64_t priority = 0) { rig.engine.packager_up({&seat, "text", priority, table(), this}); }
  void drain() {
    while (rig.table->lane_drain(rig.table->lane_at(&seat, 0)) == SLUICE_STATUS_BUSY) {
    }
  }

  static sluice_status write(const sluice_chunk_writer* out, const std::string& text,
                             const sluice_frame* payload, sluice_chunk_facts facts) {
    facts.struct_size = sizeof facts;
    out->append_bytes(out->self, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    if (payload != nullptr)
      out->append_slice(out->self, payload, 0, std::min<std::uint64_t>(2, payload->bytes));
    return out->end_chunk(out->self, &facts);
  }

  static const sluice_packager* table() {
    static constexpr sluice_packager calls{
        .struct_size = sizeof calls,
        .minor = 0,
        .open = [](void* self, const sluice_packager_request* request, sluice_packager_session** out,
                   sluice_err* err) -> sluice_status {
          auto& packager = *static_cast<Packager*>(self);
          ++packager.opened;
          if (packager.refuses) {
            std::string("no such parameter").copy(err->message, sizeof err->message);
            return SLUICE_STATUS_ARGUMENT;
          }
          *out = reinterpret_cast<sluice_packager_session*>(
              new Session{&packager, text(request->parameters), {}});
          return SLUICE_STATUS_OK;
        },
        .tracks = [](sluice_packager_session* handle, const sluice_track* const* tracks, std::uint32_t count,
                     const sluice_chunk_writer* out, sluice_err* err) -> sluice_status {
          auto& session = *reinterpret_cast<Session*>(handle);
          if (session.owner->carries_nothing) {
            std::string("no codec of these").copy(err->message, sizeof err->message);
            return SLUICE_STATUS_MEDIA;
          }
          session.revisions.clear();
          std::string init = "init";
          for (std::uint32_t i = 0; i < count; ++i) {
            init += " " + std::to_string(tracks[i]->id) + "." + std::to_string(tracks[i]->revision);
          }
          session.owner->inits.push_back(init);
          const std::uint32_t quiet = session.owner->is_quiet ? SLUICE_CHUNK_QUIET : 0;
          return write(out, init, nullptr, {0, SLUICE_CHUNK_INIT | quiet, 0, 0, 0, 0, 0});
        },
        .frame = [](sluice_packager_session* handle, const sluice_frame* frame,
                    const sluice_chunk_writer* out, sluice_err*) -> sluice_status {
          Packager& owner = *reinterpret_cast<Session*>(handle)->owner;
          owner.fed.push_back(frame->seq);
          if (std::exchange(owner.fails_once, false)) return SLUICE_STATUS_IO;
          if (owner.leaves_out == frame->seq) return SLUICE_STATUS_MEDIA;
          const bool key = frame->track->kind == SLUICE_TRACK_VIDEO && (frame->flags & SLUICE_FRAME_KEY) != 0;
          return write(out, std::to_string(frame->seq) + ":", frame,
                       {0, key ? SLUICE_CHUNK_KEY | SLUICE_CHUNK_INDEPENDENT : 0u, frame->dts,
                        frame->duration, frame->segment, frame->part, frame->discontinuity});
        },
        .flush = [](sluice_packager_session* handle, const sluice_chunk_writer* out,
                    sluice_err*) -> sluice_status {
          Packager& owner = *reinterpret_cast<Session*>(handle)->owner;
          ++owner.flushed;
          return write(out, "flush", nullptr, {0, 0, 0, 0, 0, 0, 0});
        },
        .describe = [](sluice_packager_session*, sluice_packager_description* out) -> sluice_status {
          std::string("text/plain").copy(out->mime, sizeof out->mime);
          return SLUICE_STATUS_OK;
        },
        .close =
            [](sluice_packager_session* handle) {
              auto* const session = reinterpret_cast<Session*>(handle);
              ++session->owner->closed;
              delete session;
            },
    };
    return &calls;
  }

  Rig& rig;
  sluice::Seat seat;
  Lane* lane = nullptr;
  int opened = 0, closed = 0, flushed = 0;
  bool refuses = false, carries_nothing = false, fails_once = false, is_quiet = false;
  std::uint64_t leaves_out = 0;
  std::vector<std::uint64_t> fed;
  std::vector<std::string> inits;
};

// Reads chunks as texts, with the init chunk before the first and whenever its revision changes.
struct Reader {
  Reader(Rig& on, std::string_view key, std::string format = "text", std::string parameters = {},
         std::uint32_t start = SLUICE_START_KEY)
      : viewer(
            on, key,
            Viewer::Wish{.start = start, .format = std::move(format), .parameters = std::move(parameters)}) {
    viewer.on_entry = [this](sluice_entry& entry) {
      const sluice_frame& frame = *entry.frame;
      if (frame.track->revision != revision) {
        revision = frame.track->revision;
        const sluice_bytes& init = frame.track->config;
        texts.emplace_back(reinterpret_cast<const char*>(init.data), init.size);
      }
      std::string all;
      for (std::uint32_t i = 0; i < frame.span_count; ++i) {
        all.append(reinterpret_cast<const char*>(frame.spans[i].data), frame.spans[i].size);
      }
      texts.push_back(all.substr(0, all.find(':')));
      kinds.push_back(frame.track->kind);
    };
  }
  Viewer viewer;
  std::uint32_t revision = 0;
  std::vector<std::string> texts;
  std::vector<std::uint32_t> kinds;
};

using Texts = std::vector<std::string>;

struct Stage {
  Stage() : publisher(rig, "live/cam") { rig.drain(); }

  // Pictures from..to, a key every `group`, 40 ms apart.
  void pictures(int from, int to, int group = 4) {
    for (int i = from; i <= to; ++i) {
      REQUIRE(publisher.picture({.dts = i * 40 * ms, .key = (i - 1) % group == 0}) == SLUICE_STATUS_OK);
    }
  }
  void change_codec() {
    sluice_track track{};
    track.struct_size = sizeof track;
    track.kind = SLUICE_TRACK_VIDEO;
    track.codec = SLUICE_CODEC_H265;
    REQUIRE(rig.table->track_update(publisher.handle, publisher.video(), &track, nullptr) ==
            SLUICE_STATUS_OK);
  }
  void settle(std::initializer_list<Packager*> packagers) {
    for (int round = 0; round < 3; ++round) {
      for (Packager* const packager : packagers) packager->drain();
      rig.drain();
    }
  }

  Rig rig;
  Publisher publisher;
};

}  // namespace

TEST_CASE("the first wish makes the chunks of all that is cached; who comes joins at the newest key chunk") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.offer();
  stage.pictures(1, 6);
  Reader first(stage.rig, "live/cam");
  CHECK(first.viewer.done == 0);  // not before there is something to join
  stage.settle({&packager});
  CHECK(first.viewer.status == SLUICE_STATUS_OK);
  CHECK(packager.fed == numbers(1, 6));
  CHECK(first.texts == Texts{"init 1.1", "5", "6"});
  CHECK(first.kinds == std::vector<std::uint32_t>(2, SLUICE_TRACK_CHUNKS));

  Reader second(stage.rig, "live/cam", "text", "{ }", SLUICE_START_CACHE);
  stage.pictures(7, 7);
  stage.settle({&packager});
  CHECK(packager.opened == 1);  // the same wish in other words
  CHECK(second.texts == Texts{"init 1.1", "1", "2", "3", "4", "5", "6", "7"});
  CHECK(first.texts.back() == "7");

  const auto facts = stage.rig.engine.streams()[0];
  CHECK(facts["viewers"] == 2);
  REQUIRE(facts["packagings"].size() == 1);
  CHECK(facts["packagings"][0]["format"] == "text");
  CHECK(facts["packagings"][0]["mime"] == "text/plain");
  CHECK(facts["packagings"][0]["module"] == "maker");
  first.viewer.close();
  second.viewer.close();
}

TEST_CASE("payload is not copied: a chunk points into its source's frame") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.offer();
  const std::uint8_t* payload = nullptr;
  Viewer plain(stage.rig, "live/cam");
  plain.on_entry = [&](sluice_entry& entry) { payload = entry.frame->spans[0].data; };
  Reader chunks(stage.rig, "live/cam");
  const std::uint8_t* slice = nullptr;
  auto reads = std::exchange(chunks.viewer.on_entry, nullptr);
  chunks.viewer.on_entry = [&](sluice_entry& entry) {
    reads(entry);
    REQUIRE(entry.frame->span_count == 2);
    slice = entry.frame->spans[1].data;
    CHECK(entry.frame->capture_wall != SLUICE_TIME_NONE);
    CHECK((entry.frame->flags & SLUICE_FRAME_INDEPENDENT) != 0);
  };
  stage.pictures(1, 1);
  stage.settle({&packager});
  REQUIRE(payload != nullptr);
  CHECK(slice == payload);
  plain.close();
  chunks.viewer.close();
}

TEST_CASE("wishes that cannot be met are told apart") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.offer();
  stage.pictures(1, 2);
  Reader unknown(stage.rig, "live/cam", "other");
  Reader broken(stage.rig, "live/cam", "text", "[1]");
  stage.settle({&packager});
  CHECK(unknown.viewer.status == SLUICE_STATUS_NOT_SUPPORTED);
  CHECK(unknown.viewer.message.find("\"other\"") != std::string::npos);
  CHECK(broken.viewer.status == SLUICE_STATUS_ARGUMENT);
  CHECK(packager.opened == 0);

  packager.refuses = true;
  Reader refused(stage.rig, "live/cam", "text", R"({"a": 1})");
  stage.settle({&packager});
  CHECK(refused.viewer.status == SLUICE_STATUS_ARGUMENT);
  CHECK(refused.viewer.message.find("no such parameter") != std::string::npos);
  packager.refuses = false;
  packager.carries_nothing = true;
  Reader mute(stage.rig, "live/cam");
  stage.settle({&packager});
  CHECK(mute.viewer.status == SLUICE_STATUS_NOT_SUPPORTED);
  CHECK(mute.viewer.message.find("no codec of these") != std::string::npos);
  CHECK(packager.closed == packager.opened - 1);
  CHECK(stage.rig.engine.packagings(packager.seat) == 0);
  CHECK(stage.rig.engine.streams()[0]["viewers"] == 0);
  packager.carries_nothing = false;
  Reader later(stage.rig, "live/cam");
  stage.settle({&packager});
  CHECK(later.viewer.status == SLUICE_STATUS_OK);
  later.viewer.close();
}

TEST_CASE("a new revision of a track writes a new init chunk before its first frame") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.offer();
  stage.pictures(1, 2);
  Reader reader(stage.rig, "live/cam");
  stage.settle({&packager});
  stage.change_codec();
  stage.pictures(3, 5, 2);
  stage.settle({&packager});
  CHECK(reader.texts == Texts{"init 1.1", "1", "2", "init 1.2", "3", "4", "5"});
  reader.viewer.close();
}

TEST_CASE("a quiet init chunk is for those who begin; who runs is not sent it") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.is_quiet = true;
  packager.offer();
  stage.pictures(1, 2);
  Reader running(stage.rig, "live/cam");
  stage.settle({&packager});
  stage.change_codec();
  stage.pictures(3, 5, 2);
  stage.settle({&packager});
  Reader late(stage.rig, "live/cam");
  stage.settle({&packager});
  CHECK(running.texts == Texts{"init 1.1", "1", "2", "3", "4", "5"});
  CHECK(late.texts == Texts{"init 1.2", "5"});

  // Nor does it come with the session that goes on after a failure.
  packager.fails_once = true;
  stage.pictures(6, 7, 2);
  stage.settle({&packager});
  CHECK(packager.opened == 2);
  CHECK(running.texts.back() == "7");
  CHECK(std::count(running.texts.begin(), running.texts.end(), "init 1.2") == 0);
  running.viewer.close();
  late.viewer.close();
}

TEST_CASE("a frame may be left out; a call that fails costs the rest of the group") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.offer();
  packager.leaves_out = 2;
  stage.pictures(1, 3);
  Reader reader(stage.rig, "live/cam");
  stage.settle({&packager});
  CHECK(reader.texts == Texts{"init 1.1", "1", "3"});
  packager.fails_once = true;
  stage.pictures(4, 7);
  stage.settle({&packager});
  CHECK(packager.opened == 2);
  CHECK(packager.closed == 1);
  CHECK(reader.texts == Texts{"init 1.1", "1", "3", "5", "6", "7"});
  reader.viewer.close();
}

TEST_CASE("it ends some seconds after its last viewer, and with its stream") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.offer();
  stage.pictures(1, 2);
  std::optional<Reader> reader(std::in_place, stage.rig, "live/cam");
  stage.settle({&packager});
  reader->viewer.close();
  stage.rig.pass(1s);
  stage.rig.pass(3s);
  stage.settle({&packager});
  CHECK(stage.rig.engine.packagings(packager.seat) == 1);
  stage.pictures(3, 3);
  stage.rig.pass(3s);
  stage.settle({&packager});
  CHECK(stage.rig.engine.packagings(packager.seat) == 0);
  CHECK(packager.closed == 1);
  CHECK(stage.rig.events.count("packaging.ended") == 1);

  reader.emplace(stage.rig, "live/cam");
  stage.settle({&packager});
  CHECK(reader->viewer.status == SLUICE_STATUS_OK);
  stage.publisher.end();
  stage.settle({&packager});
  CHECK(reader->viewer.closed == 1);
  CHECK(reader->viewer.why == SLUICE_STATUS_GONE);
  CHECK(reader->texts.back() == "flush");  // what was gathered is not lost
  CHECK(packager.closed == 2);
  reader->viewer.close();
}

TEST_CASE("it goes on while a module reads it for viewers of its own") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.offer();
  stage.pictures(1, 1);
  Viewer module(stage.rig, "live/cam", {.format = "text", .local = true});
  stage.settle({&packager});
  CHECK(module.status == SLUICE_STATUS_OK);
  CHECK(stage.rig.engine.streams()[0]["viewers"] == 0);
  stage.rig.pass(20s);
  stage.settle({&packager});
  CHECK(stage.rig.engine.streams()[0]["packagings"].size() == 1);
  module.close();
  stage.rig.pass(1s);  // it is seen to be unwatched
  stage.rig.pass(20s);
  CHECK(stage.rig.engine.streams()[0]["packagings"].empty());
}

TEST_CASE("the next generation goes on with the key frame at which the one before ended") {
  Stage stage;
  Packager one(stage.rig, "maker", 1);
  one.offer();
  stage.pictures(1, 6);
  Reader reader(stage.rig, "live/cam");
  stage.settle({&one});
  Packager two(stage.rig, "maker", 2);
  two.offer();
  stage.rig.engine.packager_down(one.seat);
  stage.pictures(7, 8);
  stage.settle({&one, &two});
  CHECK(stage.rig.engine.packagings(one.seat) == 1);  // up to the next key frame
  stage.pictures(9, 11);
  stage.settle({&one, &two});
  CHECK(stage.rig.engine.packagings(one.seat) == 0);
  CHECK(one.closed == 1);
  CHECK(one.fed == numbers(1, 8));
  CHECK(two.fed == numbers(9, 11));
  CHECK(reader.texts == Texts{"init 1.1", "5", "6", "7", "8", "flush", "9", "10", "11"});
  CHECK(reader.viewer.closed == 0);

  SECTION("taken away without a successor, its viewers are told") {
    stage.rig.engine.packager_down(two.seat);
    stage.settle({&one, &two});
    CHECK(reader.viewer.closed == 1);
    CHECK(reader.viewer.message.find("taken away") != std::string::npos);
    CHECK(stage.rig.engine.packagings(two.seat) == 0);
  }
  SECTION("a publisher that is away need not show a key frame first") {
    stage.publisher.end(SLUICE_END_LOST);
    stage.settle({&one, &two});
    Packager three(stage.rig, "maker", 3);
    three.offer();
    stage.rig.engine.packager_down(two.seat);
    stage.settle({&two, &three});
    CHECK(stage.rig.engine.packagings(two.seat) == 0);
    CHECK(stage.rig.engine.packagings(three.seat) == 1);
    Publisher back(stage.rig, "live/cam");
    stage.rig.drain();
    REQUIRE(back.picture({.dts = 0, .key = true}) == SLUICE_STATUS_OK);
    stage.settle({&two, &three});
    CHECK(three.fed == numbers(12, 12));
    CHECK(reader.texts.back() == "12");
    back.end();
    stage.settle({&two, &three});
  }
  reader.viewer.close();
}

TEST_CASE("a stream without video is packaged from any frame on") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.offer();
  REQUIRE(stage.publisher.sound(0) == SLUICE_STATUS_OK);
  Reader reader(stage.rig, "live/cam", "text", "", SLUICE_START_CACHE);
  stage.settle({&packager});
  REQUIRE(stage.publisher.sound(20 * ms) == SLUICE_STATUS_OK);
  stage.settle({&packager});
  CHECK(packager.fed == numbers(1, 2));
  reader.viewer.close();
}

TEST_CASE("a wish is taken back, or waits no longer than any begin") {
  Stage stage;
  Packager packager(stage.rig, "maker");
  packager.offer();
  stage.pictures(1, 1);
  Reader cancelled(stage.rig, "live/cam");
  Reader late(stage.rig, "live/cam");
  stage.rig.registry->cancel(cancelled.viewer.op);
  stage.rig.drain();
  CHECK(cancelled.viewer.status == SLUICE_STATUS_CANCELLED);
  CHECK(stage.rig.engine.streams()[0]["viewers"] == 1);
  stage.rig.pass(4s);
  stage.pictures(2, 2);
  stage.rig.pass(4s);
  stage.pictures(3, 3);
  stage.rig.pass(4s);
  CHECK(late.viewer.status == SLUICE_STATUS_TIMEOUT);
  CHECK(stage.rig.engine.streams()[0]["viewers"] == 0);
}
