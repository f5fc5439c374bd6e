// A stream in some packaging: an endless body, or WebSocket messages.
#pragma once

#include <memory>
#include <vector>

#include "chunk_source.hpp"
#include "exchange.hpp"
#include "route.hpp"

namespace sluice::http {

class StreamAnswer final : public Answering {
 public:
  StreamAnswer(const Host& host, sluice_lane* lane, Responder& to, std::shared_ptr<const Route> route,
               std::string websocket_accept);
  ~StreamAnswer() override;

  void begin();
  void resume() override { pump(); }
  void account(std::uint64_t bytes) override { source_.sent(bytes); }
  void hung_up() override;

 private:
  static const SubscriberCalls& calls();
  void on_open();
  void on_refused(sluice_status status, std::string_view why);
  void on_closed(sluice_status why, std::string_view reason);
  void pump();

  Responder& to_;
  const std::shared_ptr<const Route> route_;
  const std::string websocket_accept_;  // empty: HTTP
  ChunkSource source_;
  std::vector<ParcelRef> batch_;
  bool playing_ = false;
};

}  // namespace sluice::http
