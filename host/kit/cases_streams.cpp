// Cases for modules that publish by themselves: what a viewer gets, and what viewers can do to them.
#include <algorithm>
#include <thread>

#include "kit/audience.hpp"
#include "kit/cases.hpp"
#include "kit/footprint.hpp"
#include "kit/rules.hpp"
#include "kit/track_check.hpp"
#include "kit/trial.hpp"

namespace sluice::kit {
namespace {

using modules::Ledger;
using namespace std::chrono_literals;

constexpr std::int64_t second = 1'000'000'000;

std::vector<std::string> streams(Trial& trial) {
  std::vector<std::string> keys;
  for (const auto& stream : trial.room().engine->streams()) {
    if (stream.value("state", "") == "live") keys.push_back(stream["key"]);
  }
  return keys;
}

std::uint64_t frames_of(Trial& trial, const std::string& key) {
  for (const auto& stream : trial.room().engine->streams()) {
    if (stream["key"] != key) continue;
    return stream.value("frames", std::uint64_t{0}) + stream.value("dropped_no_key", std::uint64_t{0});
  }
  return 0;
}

std::uint64_t live_epoch(Trial& trial, const std::string& key) {  // 0: not live
  for (const auto& stream : trial.room().engine->streams()) {
    if (stream["key"] == key && stream.value("state", "") == "live") return stream["epoch"];
  }
  return 0;
}

// A generation that publishes, and what it publishes.
struct Publishing {
  explicit Publishing(Trial& trial) : life(trial.serve()) {
    trial.step("waiting for what it publishes");
    const milliseconds patience = trial.pace().quick ? 1000ms : 2000ms;
    eventually([&] { return !streams(trial).empty(); }, patience);
    keys = streams(trial);
    if (keys.empty()) {
      trial.retire(*life);
      skip("it published nothing by itself within " + std::to_string(patience.count()) + " ms");
    }
  }
  std::unique_ptr<Life> life;
  std::vector<std::string> keys;
};

void judge_track(const std::string& stream, std::uint32_t id, const TrackSeen& track) {
  const auto name = stream + ", track " + std::to_string(id) + " (" + codec_text(track.codec) + ")";
  if (!track.defect.empty()) {
    fail(rule_media, name + ": " + track.defect,
         "frame.h says which form each codec's configuration and frames have; sluice/media writes it.");
  }
  if (track.kind == SLUICE_TRACK_VIDEO && track.longest_gap > 10 * second) {
    fail(rule_media, name + ": " + std::to_string(track.longest_gap / second) + " s without a key frame",
         "A viewer can begin at key frames only: make one at least every 10 s.");
  }
}

bool lacks_keys(const Sighting& seen) {
  const auto tracks = seen.tracks();
  return std::any_of(tracks.begin(), tracks.end(), [](const auto& one) {
    const TrackSeen& track = one.second;
    return track.kind == SLUICE_TRACK_VIDEO && track.defect.empty() && track.keys < 2;
  });
}

// A subscriber sees nothing before a key frame, so none seen means none made.
void expect_key(Trial& trial, const std::string& stream, const Sighting& seen) {
  trial.step("waiting for a key frame of " + stream);
  if (eventually([&] { return seen.frames() != 0; }, 10s)) return;
  if (frames_of(trial, stream) == 0) {
    fail(rule_media, stream + ": not one frame within 10 s", "Publish frames, or end the publication.");
  }
  fail(rule_media, stream + ": no key frame within 10 s", "Mark key frames with SLUICE_FRAME_KEY.");
}

}  // namespace

std::string try_stream_media(Trial& trial) {
  Publishing publishing(trial);
  Audience audience(trial.room());
  std::vector<std::shared_ptr<Sighting>> seen;
  for (const auto& key : publishing.keys) seen.push_back(audience.watch(key, Manner::reads));
  for (std::size_t i = 0; i < seen.size(); ++i) expect_key(trial, publishing.keys[i], *seen[i]);
  trial.step("watching");
  std::this_thread::sleep_for(trial.pace().quick ? 500ms : 2500ms);
  // With but one key frame so far it takes longer to tell.
  eventually(
      [&] { return std::none_of(seen.begin(), seen.end(), [](auto& one) { return lacks_keys(*one); }); },
      11s);
  std::size_t frames = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    frames += seen[i]->frames();
    for (const auto& [id, track] : seen[i]->tracks()) judge_track(publishing.keys[i], id, track);
  }
  trial.retire(*publishing.life);
  return std::to_string(publishing.keys.size()) + " streams, " + std::to_string(frames) + " sound frames";
}

std::string try_stream_viewers(Trial& trial) {
  Publishing publishing(trial);
  Audience audience(trial.room());
  const auto& stream = publishing.keys.front();
  const auto reader = audience.watch(stream, Manner::reads);
  expect_key(trial, stream, *reader);
  const std::size_t count = trial.pace().quick ? 100 : 500;
  trial.step(std::to_string(count) + " viewers who cancel at once, and one who never reads");
  const auto deaf = audience.watch(stream, Manner::never_reads);
  std::vector<std::shared_ptr<Sighting>> cancelled;
  for (std::size_t i = 0; i < count; ++i) cancelled.push_back(audience.watch(stream, Manner::cancels));
  const bool answered = eventually(
      [&] {
        return std::all_of(cancelled.begin(), cancelled.end(), [](auto& one) { return one->answers == 1; });
      },
      5s);
  if (!answered)
    fail("R7", "not every viewer who cancelled was answered once", "Report this: the host answers.");
  const auto so_far = reader->frames();
  trial.step("watching among them");
  if (!eventually([&] { return reader->frames() > so_far + 5; }, 10s) || reader->closed) {
    fail(rule_media, stream + ": no more frames once viewers came and cancelled",
         "A publisher takes no notice of its viewers; see what on_key_wanted does.");
  }
  trial.retire(*publishing.life);
  return std::to_string(count) + " viewers cancelled, one never read, one saw every frame";
}

std::string try_stream_taken_away(Trial& trial) {
  Publishing publishing(trial);
  const auto& stream = publishing.keys.front();
  auto& life = *publishing.life;
  const auto epoch = live_epoch(trial, stream);
  trial.step("taking " + stream + " away");
  trial.room().engine->kick(stream, std::nullopt, "the kit takes it away");
  // It may publish again, but what it holds is no more than what is live, and that is not the one it lost.
  const auto settled = [&] {
    const auto now = live_epoch(trial, stream);
    return (now == 0 || now != epoch) && life.held(Ledger::Kind::publication) <= streams(trial).size();
  };
  const bool given_back = eventually(settled, 3s);
  if (!given_back) {
    fail("R5", "a publication that was revoked is still held 3 s later",
         "In on_revoked call publication_end, which is all that is left to do.");
  }
  trial.retire(life);
  return "a revoked publication was given back";
}

}  // namespace sluice::kit
