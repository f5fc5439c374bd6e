// ViewerGate: who may play, asked once and remembered for a while, since every segment is a request of its
// own. As long as it is remembered, the viewer has a seat in the engine: it is counted, listed and limited
// like any other.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/host.hpp>
#include <sluice/subscriber.hpp>

namespace sluice::hls {

// [lane] Every method on the lane given at construction.
class ViewerGate {
 public:
  // OK, or why not: DENIED, NOT_FOUND (no such stream) ...
  using Then = std::function<void(sluice_status status, std::string_view why)>;

  ViewerGate(const Host& host, sluice_lane* lane) : host_(host), lane_(lane) {}

  // `then` is called at once if the answer is remembered.
  void ask(const SessionRequest& viewer, Then then);
  // About once a second: lets seats go on, and forgets verdicts that are too old.
  void sweep(std::int64_t now);

 private:
  struct Verdict;
  using Verdicts = std::map<std::string, std::unique_ptr<Verdict>, std::less<>>;

  struct Verdict {
    explicit Verdict(ViewerGate& of) : gate(of), seat(of.host_) {}
    ViewerGate& gate;
    Verdicts::iterator at;
    Subscriber seat;
    std::vector<Then> waiting;
    std::int64_t until = 0;  // 0: still asked
    bool unread = false;     // frames wait at the seat
    bool sent_away = false;  // by the operator, or because the right was taken back
  };

  static const SubscriberCalls& calls();
  void settle(Verdict& verdict, sluice_status status, std::string_view why);
  bool is_full(std::string_view name) const;
  Verdicts::iterator forget(Verdicts::iterator at);

  const Host& host_;
  sluice_lane* lane_;
  Verdicts verdicts_;
  std::size_t name_bytes_ = 0;
};

}  // namespace sluice::hls
