// What the engine asks of the rest of the host.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sluice::engine {

class EventSink {
 public:
  virtual ~EventSink() = default;
  // [any] Never blocks. `details` is a JSON object.
  virtual void emit(std::string_view kind, std::string_view stream, std::string_view module,
                    std::string details) = 0;
};

enum class Action { publish, play };

struct AuthQuestion {
  Action action = Action::play;
  std::string key;
  std::string protocol;
  std::string address;  // "192.0.2.7:50123"
  std::string user_agent;
  std::string user;
  std::string password;
  std::string token;
  std::string query;
};

struct AuthDecision {
  bool allowed = false;
  std::string reason;
};

class Authoriser {
 public:
  virtual ~Authoriser() = default;
  // [any] Answers exactly once, on any thread, possibly before it returns.
  virtual void authorise(AuthQuestion question, std::function<void(AuthDecision)> answer) = 0;
};

}  // namespace sluice::engine
