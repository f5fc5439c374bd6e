// What a module asks the registry for, and whom the registry answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/errc.hpp"

namespace sluice::engine {

class Publication;
class Subscription;

struct Peer {
  std::string protocol;
  std::string address;
  std::string user_agent;
  bool local_module = false;  // the module's own code: trusted, not authorised
};

struct Credentials {
  std::string user;
  std::string password;
  std::string token;
  std::string query;
};

struct PublishRequest {
  std::string key;
  Peer peer;
  Credentials credentials;
};

enum class Start { key, cache, live };

struct SubscribeRequest {
  std::string key;
  Start start = Start::key;
  Peer peer;
  Credentials credentials;
  std::uint64_t max_bytes = 0;  // 0: the app's default
  std::int64_t max_time = 0;    // ns, 0: the app's default
  std::string format;           // not empty: chunks of it
  std::string parameters;       // of the format, JSON
  std::uint64_t from_seq = 0;   // the host's own: begin there if it is still held
};

enum class End { clean, lost };

// Called on the lane the request named; owned by the engine until its last call can have come.
class PublishListener {
 public:
  virtual ~PublishListener() = default;
  // Exactly once. `publication` is null unless failure.code is ok.
  virtual void on_done(Publication* publication, const Failure& failure) = 0;
  virtual void on_revoked(Errc why, std::string_view reason) = 0;
  virtual void on_key_wanted(std::uint32_t track) = 0;
};

class SubscribeListener {
 public:
  virtual ~SubscribeListener() = default;
  virtual void on_done(Subscription* subscription, const Failure& failure) = 0;
  virtual void on_ready(Subscription& subscription) = 0;
  virtual void on_closed(Errc why, std::string_view reason) = 0;
};

enum class ChangeKind { live = 1, grace = 2, ended = 3, resync = 4 };

struct Change {
  ChangeKind kind = ChangeKind::resync;
  std::uint64_t revision = 0;
  std::string key;
  std::uint64_t epoch = 0;
};

class WatchListener {
 public:
  virtual ~WatchListener() = default;
  virtual void on_change(const Change& change) = 0;
};

}  // namespace sluice::engine
