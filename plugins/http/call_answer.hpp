// Answers that another module gives, asked for through sluice.services/1. Equal questions of a shared route
// are asked once for all connections of a lane.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <sluice/call.hpp>
#include <sluice/timer.hpp>

#include "exchange.hpp"
#include "question.hpp"
#include "route.hpp"

namespace sluice::http {

using RoutePtr = std::shared_ptr<const Route>;

// What a handler said, ready for any number of peers.
struct Answer {
  sluice_status status = SLUICE_STATUS_OK;
  std::string why;            // unless OK
  AnswerHeads::HeadRef head;  // of OK
  ParcelRef body;
};
using AnswerPtr = std::shared_ptr<const Answer>;

class SharedAnswers;

// What the answers of one lane need. Outlives them.
struct CallPlace {
  const Host& host;
  sluice_lane* lane;
  SharedAnswers& shared;
  AnswerHeads& heads;
  // The route that answers this request by now, perhaps null: its owner may have been replaced meanwhile.
  std::function<RoutePtr(const Request&)> find;
};

// One peer that waits for a handler. [lane]
class CallAnswer final : public Answering {
 public:
  CallAnswer(CallPlace& place, Responder& to, RoutePtr route);
  ~CallAnswer() override;

  // Answers at once, or later.
  void begin();
  void resume() override { go_on(); }
  void tick(std::int64_t now) override;

 private:
  friend class SharedAnswers;

  void ask();
  void deliver(const AnswerPtr& answer);
  void append(const Answer& answer);
  void go_on();
  void fail(sluice_status status, std::string_view why);
  bool retry();

  CallPlace& place_;
  Responder& to_;
  RoutePtr route_;
  Call call_;
  std::string shared_key_;  // while it waits for a shared answer
  std::int64_t deadline_ = 0;
  std::string more_;    // of a body in pieces: where it goes on
  bool begun_ = false;  // of such a body, the peer has the head
  bool done_ = false;   // the peer has its answer
  bool asked_ = false;  // a handler may have acted on the question
  static constexpr int attempt_limit = 20;
  int attempts_ = 0;  // to find who answers after a handler went away
  Timer retry_timer_;
};

// Answers of shared routes on one lane: those under way and those kept. [lane]
class SharedAnswers {
 public:
  SharedAnswers(const Host& host, AnswerHeads& heads) : host_(host), heads_(heads) {}

  // Delivers a kept answer within the call, or takes the waiter in; asks if nobody did before.
  void want(CallAnswer& waiter, const Route& route, sluice_lane* lane);
  void leave(CallAnswer& waiter);
  // Forgets what is too old.
  void sweep(std::int64_t now);

 private:
  static constexpr std::size_t entry_limit = 4096;      // full: answers are asked for, but not kept
  static constexpr std::size_t bytes_limit = 64 << 20;  // of what is kept

  struct Entry {
    explicit Entry(const Host& host) : call(host) {}
    Call call;
    std::list<CallAnswer*> waiters;
    AnswerPtr answer;  // null: under way
    std::int64_t expires = 0;
  };

  void answered(const std::string& key, AnswerPtr answer);
  void forget(const std::string& key);

  const Host& host_;
  AnswerHeads& heads_;
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace sluice::http
