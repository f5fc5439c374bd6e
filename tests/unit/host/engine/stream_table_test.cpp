// Claims, grace, takeover, ends, and what operators and modules may ask for.
#include <thread>

#include "engine_rig.hpp"

using namespace sluice::engine;
using namespace sluice::engine::rig;
using namespace std::chrono_literals;

namespace {

Options with(AppOptions app) {
  Options options;
  options.app_options = [app](std::string_view) { return app; };
  return options;
}

}  // namespace

TEST_CASE("a second publisher is refused in words") {
  Rig rig;
  Publisher first(rig, "live/cam");
  Publisher second(rig, "live/cam");
  rig.drain();
  CHECK(first.status == SLUICE_STATUS_OK);
  CHECK(second.status == SLUICE_STATUS_BUSY);
  CHECK(second.handle == nullptr);
  CHECK(second.message == "somebody publishes live/cam");
  CHECK(second.done == 1);
}

TEST_CASE("keys, absent streams and denials are told apart") {
  Rig rig;
  Publisher bad(rig, "live/../cam");
  Viewer absent(rig, "live/none");
  rig.authoriser.decision = {false, "token expired"};
  Publisher denied(rig, "live/cam");
  rig.drain();
  CHECK(bad.status == SLUICE_STATUS_ARGUMENT);
  CHECK(absent.status == SLUICE_STATUS_NOT_FOUND);
  CHECK(denied.status == SLUICE_STATUS_DENIED);
  CHECK(denied.message == "token expired");
  CHECK(rig.events.count("publish.denied") == 1);
  Publisher trusted(rig, "live/own", 0, true);
  rig.drain();
  CHECK(trusted.status == SLUICE_STATUS_OK);  // the module's own code is not asked
  CHECK(rig.authoriser.asked.size() == 2);    // nor is a bad key
}

TEST_CASE("an authoriser that is late, silent or asked in vain") {
  Rig rig;
  rig.authoriser.silent = true;
  Publisher late(rig, "live/late");
  Publisher cancelled(rig, "live/cancelled");
  Publisher silent(rig, "live/silent");
  rig.drain();
  CHECK(late.done == 0);
  rig.registry->cancel(cancelled.op);
  std::thread elsewhere([&] { rig.authoriser.waiting[0]({true, ""}); });
  elsewhere.join();
  rig.drain();
  CHECK(late.status == SLUICE_STATUS_OK);
  CHECK(cancelled.status == SLUICE_STATUS_CANCELLED);
  rig.pass(11s);
  CHECK(silent.status == SLUICE_STATUS_DENIED);
  for (auto& answer : rig.authoriser.waiting) answer({true, ""});  // too late for the two others
  rig.drain();
  CHECK(cancelled.done == 1);
  CHECK(silent.done == 1);
  late.end();
  CHECK(rig.engine.streams().empty());
  CHECK(rig.seat.ledger.empty());
}

TEST_CASE("a publisher that vanishes may return within its grace; viewers stay") {
  Rig rig;
  std::optional<Publisher> first(std::in_place, rig, "live/cam");
  rig.drain();
  Viewer viewer(rig, "live/cam");
  rig.drain();
  for (int i = 0; i < 10; ++i) first->picture({1'000'000 * ms + i * 40 * ms, i == 0});
  first->end(SLUICE_END_LOST);
  rig.pass(14s);
  CHECK(rig.engine.streams()[0]["state"] == "grace");
  CHECK(viewer.closed == 0);
  Viewer late(rig, "live/cam");  // the cache is still there
  rig.drain();
  CHECK(late.seen.size() == 10);

  Publisher second(rig, "live/cam");
  rig.drain();
  REQUIRE(second.status == SLUICE_STATUS_OK);
  second.picture({0, false});  // not before a key
  for (int i = 0; i < 10; ++i) second.picture({i * 40 * ms, i == 0});
  rig.drain();
  CHECK(viewer.numbers() == numbers(1, 20));
  const Seen& back = viewer.seen[10];
  CHECK((back.flags & SLUICE_FRAME_DISCONTINUITY) != 0);
  CHECK(back.key());
  CHECK(back.dts > viewer.seen[9].dts);
  CHECK(back.dts <= viewer.seen[9].dts + 1'000 * ms);
  CHECK(back.epoch > viewer.seen[9].epoch);
  CHECK(back.segment > viewer.seen[9].segment);
  CHECK(back.discontinuity == 1);
  CHECK(back.track == viewer.seen[9].track);
  CHECK(rig.events.count("publish.returned") == 1);

  second.end(SLUICE_END_LOST);
  rig.pass(16s);
  CHECK(viewer.closed == 1);
  CHECK(viewer.why == SLUICE_STATUS_GONE);
  CHECK(rig.engine.streams().empty());
  CHECK(rig.events.count("publish.ended") == 1);
}

TEST_CASE("takeover: the one before is told, its writes fail, the stream goes on under a higher epoch") {
  AppOptions app;
  app.takeover = true;
  Rig rig(with(app), 2);
  Publisher first(rig, "live/cam");
  rig.drain();
  Viewer viewer(rig, "live/cam");
  rig.drain();
  first.picture({0, true});
  sluice_draft draft{};
  draft.struct_size = sizeof draft;
  rig.table->frame_begin(first.handle, 100, &draft);

  Publisher second(rig, "live/cam", 1);
  CHECK(second.done == 0);
  rig.drain();
  CHECK(first.revoked == 1);
  CHECK(first.why == SLUICE_STATUS_CANCELLED);
  REQUIRE(second.status == SLUICE_STATUS_OK);
  sluice_frame_facts facts{};
  facts.struct_size = sizeof facts;
  facts.track = 1;
  CHECK(rig.table->frame_publish(first.handle, &draft, &facts) == SLUICE_STATUS_GONE);
  CHECK(first.picture({40 * ms, false}) == SLUICE_STATUS_GONE);
  second.picture({77'000 * ms, true});
  first.end();
  second.picture({77'040 * ms, false});
  rig.drain();
  CHECK(viewer.numbers() == numbers(1, 3));
  CHECK(viewer.seen[1].epoch > viewer.seen[0].epoch);
  CHECK(viewer.closed == 0);
  CHECK(rig.engine.streams()[0]["state"] == "live");
}

TEST_CASE("a takeover whose predecessor does not let go ends with BUSY") {
  AppOptions app;
  app.takeover = true;
  Rig rig(with(app), 2);
  Publisher first(rig, "live/cam", 1);
  rig.drain();
  Publisher second(rig, "live/cam", 0);
  Publisher third(rig, "live/cam", 0);
  rig.clock.advance(11s);
  rig.engine.tick();
  rig.table->lane_drain(rig.lane(0));  // lane 1 is stuck
  CHECK(second.status == SLUICE_STATUS_BUSY);
  CHECK(third.status == SLUICE_STATUS_BUSY);
  rig.drain();
  CHECK(first.revoked == 1);
  CHECK(rig.engine.streams()[0]["state"] == "grace");
}

TEST_CASE("an idle publisher is revoked: 20 s for the first frame, 5 s later") {
  Rig rig;
  Publisher never(rig, "live/never");
  Publisher stalls(rig, "live/stalls");
  rig.drain();
  stalls.picture({0, true});
  rig.pass(1s);
  rig.pass(4s);
  CHECK(stalls.revoked == 0);
  rig.pass(2s);
  CHECK(stalls.revoked == 1);
  CHECK(stalls.why == SLUICE_STATUS_TIMEOUT);
  CHECK(never.revoked == 0);
  rig.pass(14s);
  CHECK(never.revoked == 1);
  never.end();
  stalls.end();
  CHECK(rig.engine.streams().size() == 2);  // both in grace
  rig.pass(16s);
  CHECK(rig.engine.streams().empty());
}

TEST_CASE("kick: one viewer, or a stream with all that is on it") {
  Rig rig;
  Publisher publisher(rig, "live/cam");
  Publisher other(rig, "live/other");
  rig.drain();
  Viewer a(rig, "live/cam");
  Viewer b(rig, "live/cam");
  Viewer c(rig, "live/other");
  rig.drain();
  const auto id = rig.engine.viewers("live/cam")[0]["id"].get<std::uint64_t>();
  CHECK(rig.engine.kick("", id, "not you") == 1);
  rig.drain();
  CHECK(a.closed + b.closed == 1);
  CHECK(a.why == SLUICE_STATUS_CANCELLED);
  CHECK(a.message == "not you");
  CHECK(rig.engine.kick("live/cam", std::nullopt, "over") == 3);  // the first viewer has not closed yet
  rig.drain();
  CHECK(publisher.revoked == 1);
  CHECK(publisher.why == SLUICE_STATUS_CANCELLED);
  CHECK(publisher.message == "over");
  CHECK(b.closed == 1);
  CHECK(a.closed == 1);
  CHECK(c.closed == 0);
  CHECK(rig.engine.streams().size() == 1);
  CHECK(rig.engine.kick("live/none", std::nullopt, "") == 0);
}

TEST_CASE("a module's end: begins fail, everything it has is revoked, its own streams end") {
  Rig rig;
  Publisher own(rig, "live/own", 0, true);
  Publisher guest(rig, "live/guest");
  rig.drain();
  Viewer viewer(rig, "live/guest");
  rig.drain();
  rig.authoriser.silent = true;
  Viewer open(rig, "live/guest");
  rig.engine.shut_for_new(rig.seat);
  Viewer refused(rig, "live/guest");
  CHECK(refused.begun == SLUICE_STATUS_STATE);
  rig.engine.revoke(rig.seat);
  rig.drain();
  CHECK(own.revoked == 1);
  CHECK(guest.revoked == 1);
  CHECK(viewer.closed == 1);
  CHECK(open.status == SLUICE_STATUS_CANCELLED);
  const auto left = rig.engine.streams();
  REQUIRE(left.size() == 1);
  CHECK(left[0]["key"] == "live/guest");
  CHECK(left[0]["state"] == "grace");
}

TEST_CASE("what a module reads for itself is no viewer, and no limit on those holds it") {
  Options options = with({.max_subscriptions = 1});
  Rig rig(options);
  Publisher publisher(rig, "live/cam");
  rig.drain();
  Viewer module(rig, "live/cam", {.local = true});
  Viewer viewer(rig, "live/cam");
  Viewer second_module(rig, "live/cam", {.local = true});
  Viewer refused(rig, "live/cam");
  rig.drain();
  CHECK(module.status == SLUICE_STATUS_OK);
  CHECK(viewer.status == SLUICE_STATUS_OK);
  CHECK(second_module.status == SLUICE_STATUS_OK);
  CHECK(refused.status == SLUICE_STATUS_LIMIT);
  CHECK(rig.engine.streams()[0]["viewers"] == 1);
  CHECK(rig.engine.totals()["viewers"] == 1);
  CHECK(rig.engine.viewers("live/cam").size() == 1);
  for (Viewer* one : {&module, &viewer, &second_module}) one->close();
  CHECK(rig.engine.streams()[0]["viewers"] == 0);
  CHECK(rig.engine.totals()["viewers"] == 0);
}

TEST_CASE("limits on streams and viewers") {
  Options options;
  options.max_streams = 2;
  options.max_subscriptions = 3;
  options.app_options = [](std::string_view app) {
    AppOptions settings;
    if (app == "small") settings.max_subscriptions = 1;
    return settings;
  };
  Rig rig(options);
  Publisher a(rig, "small/a");
  Publisher b(rig, "live/b");
  Publisher c(rig, "live/c");
  rig.drain();
  CHECK(c.status == SLUICE_STATUS_LIMIT);
  Viewer one(rig, "small/a");
  Viewer two(rig, "small/a");
  Viewer three(rig, "live/b");
  Viewer four(rig, "live/b");
  Viewer five(rig, "live/b");
  rig.drain();
  CHECK(one.status == SLUICE_STATUS_OK);
  CHECK(two.status == SLUICE_STATUS_LIMIT);
  CHECK(four.status == SLUICE_STATUS_OK);
  CHECK(five.status == SLUICE_STATUS_LIMIT);
  three.close();
  Viewer six(rig, "live/b");
  rig.drain();
  CHECK(six.status == SLUICE_STATUS_OK);
}

TEST_CASE("a key frame is asked for at most once a second") {
  Rig rig;
  Publisher publisher(rig, "live/cam");
  rig.drain();
  Viewer viewer(rig, "live/cam");
  rig.drain();
  for (int i = 0; i < 5; ++i) CHECK(rig.table->request_key(viewer.handle, 0) == SLUICE_STATUS_OK);
  rig.drain();
  CHECK(publisher.wanted == std::vector<std::uint32_t>{0});
  rig.pass(1s);
  rig.table->request_key(viewer.handle, 3);
  rig.drain();
  CHECK(publisher.wanted == std::vector<std::uint32_t>{0, 3});
}

TEST_CASE("changes come in order from a revision on; who is too far behind lists again") {
  Rig rig;
  struct Heard {
    std::vector<std::uint32_t> kinds;
    std::vector<std::uint64_t> revisions;
    std::string key;
  } heard, old, future;
  const auto hear = [](void* ctx, const sluice_change* change) {
    auto& log = *static_cast<Heard*>(ctx);
    log.kinds.push_back(change->kind);
    log.revisions.push_back(change->revision);
    log.key = text(change->key);
  };
  sluice_registry_watch* watch = nullptr;
  REQUIRE(rig.registry->watch_start(&rig.seat, rig.lane(), 0, hear, &heard, &watch) == SLUICE_STATUS_OK);
  Publisher publisher(rig, "live/cam");
  rig.drain();
  publisher.end(SLUICE_END_LOST);
  rig.pass(20s);
  CHECK(heard.kinds == std::vector<std::uint32_t>{SLUICE_CHANGE_STREAM_LIVE, SLUICE_CHANGE_STREAM_GRACE,
                                                  SLUICE_CHANGE_STREAM_ENDED});
  CHECK(heard.revisions == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(heard.key == "live/cam");

  for (int i = 0; i < 600; ++i) {
    Publisher brief(rig, "live/brief");
    rig.drain();
    brief.end();
  }
  rig.drain();
  CHECK(heard.revisions.back() == 1203);
  CHECK(heard.revisions.size() == 1203);
  sluice_registry_watch* second = nullptr;
  rig.registry->watch_start(&rig.seat, rig.lane(), 2, hear, &old, &second);
  sluice_registry_watch* third = nullptr;
  rig.registry->watch_start(&rig.seat, rig.lane(), 99'999, hear, &future, &third);
  rig.drain();
  CHECK(old.kinds == std::vector<std::uint32_t>{SLUICE_CHANGE_RESYNC});
  CHECK(old.revisions == std::vector<std::uint64_t>{1203});
  CHECK(future.kinds == std::vector<std::uint32_t>{SLUICE_CHANGE_RESYNC});
  rig.registry->watch_stop(watch);
  rig.registry->watch_stop(second);
  rig.registry->watch_stop(third);
  CHECK(rig.seat.ledger.empty());
}

TEST_CASE("lists: what an operator sees of streams and viewers") {
  Rig rig;
  Publisher publisher(rig, "live/cam");
  rig.drain();
  Viewer viewer(rig, "live/cam");
  rig.drain();
  for (int i = 0; i < 51; ++i) {
    publisher.picture({i * 40 * ms, i % 25 == 0, false, 1000, {}});
    publisher.sound(i * 40 * ms);
    rig.pass(40ms);
  }
  rig.table->sent(viewer.handle, 12'345);
  const auto stream = rig.engine.streams()[0];
  CHECK(stream["key"] == "live/cam");
  CHECK(stream["state"] == "live");
  CHECK(stream["module"] == "test");
  CHECK(stream["peer"] == "192.0.2.7:5000");
  CHECK(stream["viewers"] == 1);
  CHECK(stream["frames"] == 102);
  CHECK(stream["gop_frames"] == 25);
  CHECK(stream["gop_ms"] == 1000);
  CHECK(stream["fps"].get<double>() > 23);
  CHECK(stream["fps"].get<double>() < 27);
  CHECK(stream["bitrate"].get<double>() > 180'000);
  CHECK(stream["tracks"].size() == 2);
  CHECK(stream["tracks"][0]["codec"] == "avc1");
  const auto seen = rig.engine.viewers("live/cam")[0];
  CHECK(seen["bytes"] == 12'345);
  CHECK(seen["frames"] == 102);
  CHECK(seen["lag_frames"] == 0);
  CHECK(seen["lag_bytes"] == 0);
  CHECK(rig.engine.viewers("live/none").empty());

  std::string room(4, '\0');
  sluice_text out{room.data(), room.size(), 0};
  CHECK(rig.registry->list(&rig.seat, &out) == SLUICE_STATUS_LIMIT);
  room.resize(out.size + 100);
  out = {room.data(), room.size(), 0};
  REQUIRE(rig.registry->list(&rig.seat, &out) == SLUICE_STATUS_OK);
  const auto parsed = nlohmann::json::parse(std::string_view(room.data(), out.size));
  CHECK(parsed["revision"] == 1);
  CHECK(parsed["streams"][0]["key"] == "live/cam");
}

TEST_CASE("when frame memory is short caches shrink and pictures are dropped up to the next key") {
  Options options;
  options.memory_budget = 4u << 20;
  Rig rig(options);
  Publisher publisher(rig, "live/cam");
  rig.drain();
  Viewer viewer(rig, "live/cam", {SLUICE_START_KEY, 64u << 20, 0});
  rig.drain();
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    const auto status = publisher.picture({i * 40 * ms, i % 10 == 0, false, 100'000, {}});
    CHECK((status == SLUICE_STATUS_OK || status == SLUICE_STATUS_NO_MEMORY || status == SLUICE_STATUS_LIMIT));
    refused += status != SLUICE_STATUS_OK;
    rig.pass(40ms);
  }
  CHECK(refused > 0);
  CHECK(refused < 100);
  CHECK(viewer.seen.back().dts > 190 * 40 * ms);
  std::int64_t last = -1;
  for (const Seen& frame : viewer.seen) {
    CHECK((frame.key() || frame.dts == last + 40 * ms));
    last = frame.dts;
  }
  const auto stream = rig.engine.streams()[0];
  CHECK(stream["dropped_memory"].get<int>() == refused);
}

TEST_CASE("an oversized frame is refused, misuse of drafts is survived") {
  Rig rig;
  Publisher publisher(rig, "live/cam");
  rig.drain();
  CHECK(publisher.picture({0, true, false, (8u << 20) + 1, {}}) == SLUICE_STATUS_LIMIT);
  CHECK(publisher.picture({0, true, false, 8u << 20, {}}) == SLUICE_STATUS_OK);
  CHECK(publisher.write(77, {0, true, false, 10, {}}) == SLUICE_STATUS_NOT_FOUND);
  sluice_draft draft{};
  draft.struct_size = sizeof draft;
  REQUIRE(rig.table->frame_begin(publisher.handle, 10, &draft) == SLUICE_STATUS_OK);
  sluice_frame_facts facts{};
  facts.struct_size = sizeof facts;
  facts.track = publisher.video();
  facts.size = draft.capacity + 1;
  CHECK(rig.table->frame_publish(publisher.handle, &draft, &facts) == SLUICE_STATUS_ARGUMENT);
  CHECK(rig.table->frame_publish(publisher.handle, &draft, &facts) == SLUICE_STATUS_ARGUMENT);  // consumed
  rig.table->frame_abandon(publisher.handle, &draft);
}
