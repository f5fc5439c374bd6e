// The engine as the rest of the host sees it: lanes for modules, lists and levers for the operator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "engine/clock.hpp"
#include "engine/lane_tally.hpp"
#include "engine/options.hpp"
#include "engine/packaging.hpp"
#include "engine/ports.hpp"
#include "engine/requests.hpp"

namespace sluice {
struct Seat;
}

namespace sluice::engine {

class Lane;
class LaneTable;
class Operation;
class RegistryWatch;
class SlabStore;
class StreamTable;

class Engine {
 public:
  // The four outlive the engine. Throws std::system_error when the frame memory cannot be mapped.
  Engine(Options options, Clock& clock, EventSink& events, Authoriser& authoriser);
  // All lanes are closed, no authoriser answers any more, no frame is held.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // ---- Lanes, for whoever runs modules ----
  // [any] A lane for the seat's index-th thread; the caller enters it into seat.lanes. Null: all 256 are
  // taken.
  Lane* lane_open(Seat& seat, unsigned index);
  // [any] Makes lane_drain say GONE after one last round.
  void lane_end(Lane* lane);
  // [any] After its thread was joined and the seat's ledger was reclaimed.
  void lane_close(Lane* lane);

  // Five times a second, on one host thread: grace, idle publishers, deadlines, rates, clearing away. True:
  // memory is short, and 20 times a second is right.
  bool tick();

  // ---- For the operator; all [any] ----
  // Array of {key, state, epoch, protocol, peer, module, tracks, viewers, age_s, frames, bytes, bitrate,
  // ...}.
  nlohmann::json streams() const;
  // Array of {id, stream, protocol, peer, module, age_s, bytes, frames, skipped, lag_...}; empty key: of all.
  nlohmann::json viewers(std::string_view key) const;
  // {streams, viewers, lanes, memory_used, memory_budget}
  nlohmann::json totals() const;
  std::uint64_t revision() const;
  PublisherHoldings holdings(const Seat& seat) const;
  // A stream's publisher and viewers, or one of its viewers (stream may then be empty). Returns how many.
  std::size_t kick(std::string_view stream, std::optional<std::uint64_t> viewer, std::string_view reason);

  // ---- A module's change of generations and end; all [any] ----
  // Its claims on streams of its own module's earlier generation are no longer held back.
  void activate(Seat& seat);
  // Begins of this seat fail with STATE from now on.
  void shut_for_new(Seat& seat);
  // Takes every publication, subscription and begin of the seat away, each told on its lane.
  void revoke(Seat& seat);

  // ---- Packagers; all [any] ----
  // Its seat's lanes may be called for packagings from now on.
  void packager_up(PackagerOffer offer);
  // No more of them begin there. Those there are go on with another offer of the format from their next key
  // frame on, or end.
  void packager_down(Seat& seat);
  std::size_t packagings(const Seat& seat) const;  // that its lanes still write
  // Those end at once; which are still there some time later is decided by its threads, and they are left
  // to them.
  void dismiss_packagings(Seat& seat);
  void abandon_packagings(Seat& seat);

  // ---- What the C tables stand on; the contract is at registry.h ----
  Errc publish_begin(Seat& seat, Lane& lane, PublishRequest request,
                     std::unique_ptr<PublishListener> listener, Operation** out);
  Errc subscribe_begin(Seat& seat, Lane& lane, SubscribeRequest request,
                       std::unique_ptr<SubscribeListener> listener, Operation** out);
  Errc watch_start(Seat& seat, Lane& lane, std::uint64_t revision, std::unique_ptr<WatchListener> listener,
                   RegistryWatch** out);
  static void cancel(Operation* operation);
  static void publication_end(Publication* publication, End how, std::string_view reason);
  static void subscription_close(Subscription* subscription, std::string_view reason);
  static void watch_stop(RegistryWatch* watch);

 private:
  Options options_;
  Clock& clock_;
  std::unique_ptr<SlabStore> slabs_;
  std::unique_ptr<LaneTable> lanes_;
  std::unique_ptr<StreamTable> table_;
};

}  // namespace sluice::engine
