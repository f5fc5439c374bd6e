// Who publishes what and who watches it: claims, grace, takeover, ends. Off the hot path, under one mutex
// that is never held while anybody else's code runs.
//
//   begin -> authorise -> claim ----------------> live --publication_end(lost)--> grace --15 s--> ended
//                           |  taken, takeover:     ^                               |
//                           +- revoke, wait --------+------------ claim ------------+
//
// Files: stream_table.cpp the claims, publishing.cpp what is granted, viewing.cpp the viewers, packaging.cpp
// the packagings, upkeep.cpp what time brings, report.cpp the lists.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/clock.hpp"
#include "engine/lane_tally.hpp"
#include "engine/operation.hpp"
#include "engine/options.hpp"
#include "engine/packaging.hpp"
#include "engine/ports.hpp"
#include "engine/registry_watch.hpp"
#include "engine/stream.hpp"

namespace sluice::engine {

class SlabStore;

struct ViewerFacts {
  std::uint64_t id = 0;
  std::string stream;
  std::string module;
  Peer peer;
  std::string format;    // of its packaging, empty: frames
  std::int64_t age = 0;  // ns
  std::uint64_t bytes = 0;
  std::uint64_t frames = 0;
  std::uint64_t skipped = 0;
  std::uint64_t skips = 0;
  std::uint64_t lag_frames = 0;
  std::uint64_t lag_bytes = 0;
  std::int64_t lag_time = 0;  // ns of media
};

class StreamTable {
 public:
  StreamTable(const Options& options, Clock& clock, EventSink& events, Authoriser& authoriser,
              SlabStore& slabs);
  ~StreamTable();
  StreamTable(const StreamTable&) = delete;
  StreamTable& operator=(const StreamTable&) = delete;

  Errc publish_begin(Seat& seat, Lane& lane, PublishRequest request,
                     std::unique_ptr<PublishListener> listener, Operation** out);
  Errc subscribe_begin(Seat& seat, Lane& lane, SubscribeRequest request,
                       std::unique_ptr<SubscribeListener> listener, Operation** out);
  void cancel(Operation& operation);
  void publication_end(Publication& publication, End how, std::string_view reason);
  void subscription_close(Subscription& subscription, std::string_view reason);
  void request_key(Stream& stream, std::int64_t now, std::uint32_t track);

  Errc watch_start(Seat& seat, Lane& lane, std::uint64_t revision, std::unique_ptr<WatchListener> listener,
                   RegistryWatch** out);
  void watch_stop(RegistryWatch& watch);

  void packager_up(PackagerOffer offer);
  void packager_down(Seat& seat);
  std::size_t packagings(const Seat& seat) const;
  void dismiss_packagings(Seat& seat);
  void abandon_packagings(Seat& seat);

  void shut_for_new(Seat& seat);
  void activate(Seat& seat);
  void revoke(Seat& seat);
  std::size_t kick(std::string_view stream, std::optional<std::uint64_t> viewer, std::string_view reason);

  bool tick();  // true: soon again
  nlohmann::json streams() const;
  nlohmann::json viewers(std::string_view key) const;
  nlohmann::json totals() const;
  std::uint64_t revision() const;
  PublisherHoldings holdings(const Seat& seat) const;

 private:
  friend class Operation;
  friend class PackagerSession;
  friend class Publication;
  friend class RegistryWatch;
  friend class Subscription;
  friend class Lane;

  struct Event {
    std::string kind;
    std::string stream;
    std::string module;
    std::string details;
  };

  // The mutex, and what is to be said once it is free again.
  class Turn {
   public:
    explicit Turn(StreamTable& table) : table_(table), lock_(table.mutex_) {}
    ~Turn();
    void tell(std::string kind, const std::string& stream, const std::string& module,
              const nlohmann::json& details);

   private:
    StreamTable& table_;
    std::unique_lock<std::mutex> lock_;
    std::vector<Event> events_;
  };

  // stream_table.cpp
  Errc begin(std::shared_ptr<Operation> operation, Operation** out);
  void authorised(Operation& operation, const AuthDecision& decision);
  void deny(Turn& turn, Operation& operation, const std::string& reason);
  void claim(Turn& turn, const std::shared_ptr<Operation>& operation);
  static bool succeeds(const Operation& operation, const Publication& publication);
  void decide(Operation& operation, Failure failure);
  void deliver(Operation& operation, bool lane_runs);
  std::shared_ptr<Operation> take_operation(Operation& operation);
  void discard(Turn& turn, Operation& operation);
  static void reclaim_operation(void* thing);
  AppOptions app_options(const std::string& key) const;
  std::shared_ptr<Stream> make_stream(const std::string& key, const AppOptions& app);

  // publishing.cpp
  void grant(Turn& turn, Operation& operation, const std::shared_ptr<Stream>& stream);
  void deliver_publication(Publication& publication, bool lane_runs);
  void detach(Turn& turn, Publication& publication, End how, std::string_view reason);
  void end_stream(Turn& turn, Stream& stream, std::string_view reason);
  void displace(Stream& stream);
  void revoke_publication(Publication& publication, Errc why, std::string_view reason, End how);
  void change(ChangeKind kind, const Stream& stream);
  static void reclaim_publication(void* thing);

  // viewing.cpp
  void admit(Turn& turn, Operation& operation);
  void open_subscription(Operation& operation);
  void admit_to(Operation& operation, const std::shared_ptr<Stream>& stream);
  void leave(Stream& stream, const Peer& peer);
  static void count(Stream& stream, const Peer& peer, std::uint64_t change);
  void unlist(Turn& turn, Subscription& subscription, std::string_view reason);
  void leave_window(Subscription& subscription);
  void deliver_subscription(Subscription& subscription, bool lane_runs);
  void deliver_watch(RegistryWatch& watch, bool lane_runs);
  void revoke_subscription(Subscription& subscription, Errc why, std::string_view reason);
  void evicted(Subscription& subscription);
  static void reclaim_subscription(void* thing);
  static void reclaim_watch(void* thing);

  // packaging.cpp
  const PackagerOffer* offer_for(const std::string& format) const;
  std::shared_ptr<Packaging> packaging_for(Turn& turn, Operation& operation,
                                           const std::shared_ptr<Stream>& source);
  void begin_session(const std::shared_ptr<Packaging>& packaging, const std::shared_ptr<Stream>& source,
                     const PackagerOffer& offer, std::uint64_t from_seq);
  void packaging_ready(PackagerSession& session);
  void packaging_described(Packaging& packaging, const sluice_packager_description& description);
  void session_over(PackagerSession& session, SessionEnd end);
  void unlist_packaging(Turn& turn, Packaging& packaging, Stream& source, const Failure& why);
  void end_packagings(Turn& turn, Stream& source);
  static void flush_packagings(const Stream& source);
  void keep_packagings(Turn& turn, Stream& source, std::int64_t now);
  static nlohmann::json packaging_facts(const Stream& source);

  // report.cpp
  static ViewerFacts facts_of(const Subscription& subscription, std::int64_t now);

  // upkeep.cpp
  void keep_stream(Turn& turn, Stream& stream, std::int64_t now);
  void keep_rates(Turn& turn, Stream& stream, std::int64_t now);
  void keep_operations(std::int64_t now);
  void keep_viewers(Turn& turn, std::int64_t now);
  void keep_memory();
  void reap();

  const Options& options_;
  Clock& clock_;
  EventSink& events_;
  Authoriser& authoriser_;
  SlabStore& slabs_;

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Stream>> streams_;
  std::unordered_map<Operation*, std::shared_ptr<Operation>> operations_;
  std::set<Publication*> publications_;
  std::map<std::uint64_t, Subscription*> subscriptions_;
  std::uint64_t admitted_ = 0;  // subscriptions, and begins that will be one
  std::uint64_t viewers_ = 0;   // of those, who is no module itself
  std::set<RegistryWatch*> watches_;
  ChangeLog changes_;
  std::vector<PackagerOffer> offers_;
  std::set<PackagerSession*> sessions_;
  std::uint64_t next_session_ = 0;
  std::uint64_t next_stream_ = 1;
  std::uint64_t next_epoch_ = 1;
  std::uint64_t next_viewer_ = 1;
  std::int64_t next_viewer_check_ = 0;
  std::int64_t age_limit_;

  std::mutex grave_mutex_;
  std::vector<Stream*> grave_;  // without an owner; taken apart by tick, not on a lane
  std::vector<std::shared_ptr<FramePool>>
      emptying_;  // their streams are gone, frames of theirs are still held
};

}  // namespace sluice::engine
