// A line protocol one can speak with nc: who is live, and a line for every frame of a stream.
#include <algorithm>
#include <memory>
#include <vector>

#include <sluice/module.hpp>

#include "connection.hpp"

namespace {

// One thread (threads.max in the manifest), so everything happens on lane 0. With more of them each lane
// keeps its own connections, and the module's run_lane ends them on their own thread.
class Lines final : public sluice::Module {
 public:
  using Module::Module;

  void start() override {
    if (listener_) throw sluice::Error(SLUICE_STATUS_STATE, "started already");
    listener_ = std::make_unique<sluice::Listener>(
        host(), "lines",
        [this](sluice_lane* lane, sluice::Connection socket) { adopt(lane, std::move(socket)); });
  }

  // No new connections; those that watch nothing end now, the others with their stream or at the deadline.
  void drain(std::int64_t) override {
    listener_.reset();
    draining_ = true;
  }

  // Asked again and again while it drains.
  void remaining(sluice_remaining& out) override {
    for (const auto& connection : connections_)
      if (draining_ && !connection->is_watching()) connection->close("draining");
    sweep();
    out.sessions = connections_.size();
    for (const auto& connection : connections_)
      out.oldest_session_ns = std::max(out.oldest_session_ns, host().now() - connection->opened_at());
  }

  // When it returns no handle of the host may be left.
  void stop() override {
    listener_.reset();
    for (const auto& connection : connections_) connection->close("stopped");
    connections_.clear();
  }

 private:
  void adopt(sluice_lane* lane, sluice::Connection socket) {
    sweep();
    connections_.push_back(std::make_unique<Connection>(host(), lane, std::move(socket)));
    connections_.back()->start();
  }

  void sweep() {
    std::erase_if(connections_, [](const auto& connection) { return connection->is_closed(); });
  }

  std::unique_ptr<sluice::Listener> listener_;
  std::vector<std::unique_ptr<Connection>> connections_;
  bool draining_ = false;
};

}  // namespace

SLUICE_MODULE(Lines)
