// Subscriber: one viewer of one stream. Opens, reads batches, closes; gives back what it holds when
// destroyed.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/boundary.hpp>
#include <sluice/host.hpp>
#include <sluice/session_request.hpp>

namespace sluice {

// All called on the subscriber's lane; any of them may destroy the Subscriber. Plain pointers, so that a
// viewer costs no closures: ctx is given to open and stays the module's.
struct SubscriberCalls {
  void (*on_open)(void* ctx);
  void (*on_refused)(void* ctx, sluice_status status, std::string_view why);
  void (*on_ready)(void* ctx);
  void (*on_closed)(void* ctx, sluice_status why, std::string_view reason);
};

struct SubscribeOptions {
  std::uint32_t start = SLUICE_START_KEY;
  std::uint64_t max_bytes = 0;  // 0: the host's default
  std::int64_t max_time = 0;
  std::string_view format = {};      // chunks of this format: registry.h
  std::string_view parameters = {};  // of the format, JSON object
};

// [lane] Every method on the lane given to open.
class Subscriber {
 public:
  explicit Subscriber(const Host& host) : host_(&host) {}
  ~Subscriber() { close("closed"); }
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  // Ask for the stream; one of on_open and on_refused follows. `calls` must outlive the subscriber.
  sluice_status open(sluice_lane* lane, const SessionRequest& request, const SubscriberCalls& calls,
                     void* ctx, SubscribeOptions options = {}) {
    if (state_) return SLUICE_STATUS_STATE;
    auto* state = new State{host_, this, &calls, ctx, nullptr, nullptr};
    const sluice_subscribe_request crossing{
        sizeof crossing,  options.start,          to_abi(request.key),
        request.peer(),   request.credentials(),  options.max_bytes,
        options.max_time, to_abi(options.format), to_abi(options.parameters)};
    const auto& registry = host_->registry();
    const sluice_status status = registry.call(&sluice_registry::subscribe_begin, registry.self(), lane,
                                               &crossing, &State::calls_table(), static_cast<void*>(state),
                                               &state->op, static_cast<sluice_err*>(nullptr));
    if (status != SLUICE_STATUS_OK) {
      delete state;
      return status;
    }
    state_ = state;
    return SLUICE_STATUS_OK;
  }

  bool is_open() const { return state_ && state_->handle; }

  // The next frames; empty: nothing new, on_ready will come. Valid until the next read or return to the loop.
  std::span<sluice_entry> read(std::uint32_t max, std::uint64_t* skipped = nullptr) {
    sluice_batch batch{};
    batch.struct_size = sizeof batch;
    if (!is_open() ||
        host_->engine().call(&sluice_engine::read, state_->handle, max, &batch) != SLUICE_STATUS_OK)
      return {};
    if (skipped) *skipped += batch.skipped;
    return {batch.entries, batch.count};
  }

  // The newest revision of each track; valid until close.
  std::vector<const sluice_track*> tracks() const {
    std::vector<const sluice_track*> found(track_limit);
    std::uint32_t count = 0;
    if (!is_open() || host_->engine().call(&sluice_engine::tracks, state_->handle, found.data(), track_limit,
                                           &count) != SLUICE_STATUS_OK)
      count = 0;
    found.resize(count < track_limit ? count : track_limit);
    return found;
  }

  void sent(std::uint64_t bytes) {
    if (is_open()) host_->engine().call(&sluice_engine::sent, state_->handle, bytes);
  }
  void request_key(std::uint32_t track) {
    if (is_open()) host_->engine().call(&sluice_engine::request_key, state_->handle, track);
  }

  void close(std::string_view reason) {
    State* state = std::exchange(state_, nullptr);
    if (!state) return;
    state->owner = nullptr;
    if (state->handle) {
      host_->registry().call(&sluice_registry::subscription_close, state->handle, to_abi(reason));
      delete state;
    } else {
      host_->registry().call(&sluice_registry::cancel,
                             state->op);  // on_done still comes and deletes the state
    }
  }

 private:
  static constexpr std::uint32_t track_limit = 16;

  struct State {
    const Host* host;
    Subscriber* owner;  // null once the subscriber let go while the answer was still on its way
    const SubscriberCalls* calls;
    void* ctx;
    sluice_op* op;
    sluice_subscription* handle;

    static const sluice_subscribe_calls& calls_table() {
      static constexpr sluice_subscribe_calls table{sizeof table, 0, &on_done, &on_ready, &on_closed};
      return table;
    }

    static void on_done(void* ctx, sluice_status status, sluice_subscription* handle,
                        const sluice_err* err) noexcept {
      auto* state = static_cast<State*>(ctx);
      if (!state->owner) {
        if (handle)
          state->host->registry().call(&sluice_registry::subscription_close, handle, to_abi("cancelled"));
        delete state;
        return;
      }
      state->handle = handle;
      state->op = nullptr;
      const State kept = *state;
      if (status == SLUICE_STATUS_OK) {
        kept.run([&] { kept.calls->on_open(kept.ctx); });
        return;
      }
      const std::string why = err ? err->message : std::string(status_name(status));
      state->owner->state_ = nullptr;
      delete state;
      kept.run([&] { kept.calls->on_refused(kept.ctx, status, why); });
    }

    static void on_ready(void* ctx, sluice_subscription*) noexcept {
      const auto* state = static_cast<State*>(ctx);
      const Host* h = state->host;
      in_callback([h](const sluice_err& e) { h->warn(e.message); },
                  [&] { state->calls->on_ready(state->ctx); });
    }

    static void on_closed(void* ctx, sluice_status why, sluice_str reason) noexcept {
      const State kept = *static_cast<State*>(ctx);
      const std::string text(from_abi(reason));
      kept.run([&] { kept.calls->on_closed(kept.ctx, why, text); });
    }

    template <class Body>
    void run(Body&& body) const noexcept {
      in_callback([h = host](const sluice_err& e) { h->warn(e.message); }, std::forward<Body>(body));
    }
  };

  const Host* host_;
  State* state_ = nullptr;
};

}  // namespace sluice
