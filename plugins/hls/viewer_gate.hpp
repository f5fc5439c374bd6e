// ViewerGate: who may play, asked once and remembered for a while, since every segment is a request of its
// own.
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
  void sweep(std::int64_t now);

 private:
  struct Verdict {
    explicit Verdict(ViewerGate& of) : gate(of), probe(of.host_) {}
    ViewerGate& gate;
    std::string name;
    Subscriber probe;
    std::vector<Then> waiting;
    std::int64_t until = 0;  // 0: still asked
  };

  static const SubscriberCalls& calls();
  void settle(Verdict& verdict, sluice_status status, std::string_view why);

  const Host& host_;
  sluice_lane* lane_;
  std::map<std::string, std::unique_ptr<Verdict>, std::less<>> verdicts_;
};

}  // namespace sluice::hls
