// CertificateWatch: looks at the files of a certificate every two seconds and says what became of a change.
#pragma once

#include <memory>
#include <utility>

#include <sluice/host.hpp>
#include <sluice/timer.hpp>
#include <sluice/tls/context.hpp>

namespace sluice::tls {

// One is enough, on any lane of the module. [lane] of begin, but for the constructor; destroyed there too.
class CertificateWatch {
 public:
  CertificateWatch(const Host& host, std::shared_ptr<ContextSource> source)
      : host_(host), source_(std::move(source)), timer_(host) {}

  void begin(sluice_lane* lane) {
    timer_.start(lane, host_.now() + period_ns, [this, lane] {
      look();
      begin(lane);
    });
  }
  // Now.
  void look() const {
    try {
      if (source_->refresh())
        host_.info("certificate loaded again", {{"file", source_->settings().certificate}});
    } catch (const Error& error) {
      host_.warn("the changed certificate cannot be used, the one before stays",
                 {{"why", error.what()}, {"remedy", error.hint()}});
    }
  }

 private:
  static constexpr std::int64_t period_ns = 2'000'000'000;

  const Host& host_;
  const std::shared_ptr<ContextSource> source_;
  Timer timer_;
};

}  // namespace sluice::tls
