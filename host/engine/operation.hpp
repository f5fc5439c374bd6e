// A begin under way: asked, perhaps waiting, decided, and then told on its lane exactly once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/letter.hpp"
#include "engine/options.hpp"
#include "engine/requests.hpp"

namespace sluice {
struct Seat;
}

namespace sluice::engine {

class StreamTable;
struct Stream;

class Operation {
 public:
  Operation(StreamTable& table, Seat& seat, Lane& lane, AppOptions app);
  ~Operation();

 private:
  friend class Engine;
  friend class StreamTable;

  enum class Phase { authorising, waiting, decided };

  struct Post : Letter {
    explicit Post(Operation& of) : Letter(&Operation::deliver), owner(of) {}
    Operation& owner;
  };
  static void deliver(Letter& letter, bool lane_runs);

  bool publishes() const { return publish_listener != nullptr; }
  const std::string& key() const { return publishes() ? publish.key : subscribe.key; }
  const Peer& peer() const { return publishes() ? publish.peer : subscribe.peer; }

  StreamTable& table;
  Seat& seat;
  Lane& lane;
  const AppOptions app;
  PublishRequest publish;
  SubscribeRequest subscribe;
  std::unique_ptr<PublishListener> publish_listener;
  std::unique_ptr<SubscribeListener> subscribe_listener;
  Post post;

  // Under the table's mutex.
  Phase phase = Phase::authorising;
  std::int64_t deadline = 0;
  Failure failure;
  std::unique_ptr<Publication> publication;  // granted, not yet told
  std::shared_ptr<Stream> stream;            // admitted to, not yet told
  bool reclaimed = false;
};

}  // namespace sluice::engine
