// Publisher: one stream that this module writes. Opens, writes, ends; gives back what it holds when
// destroyed.
#pragma once

#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sluice/boundary.hpp>
#include <sluice/host.hpp>
#include <sluice/session_request.hpp>

namespace sluice {

// All called on the publisher's lane; any of them may destroy the Publisher.
struct PublisherCalls {
  std::function<void()> on_open;
  std::function<void(sluice_status, std::string_view why)> on_refused;
  std::function<void(sluice_status, std::string_view why)> on_revoked;
  std::function<void(std::uint32_t track)> on_key_wanted = {};
};

// [lane] Every method on the lane given to open.
class Publisher {
 public:
  explicit Publisher(const Host& host) : host_(&host) {}
  ~Publisher() { end(SLUICE_END_LOST, "closed"); }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Ask for the key; one of on_open and on_refused follows.
  sluice_status open(sluice_lane* lane, const SessionRequest& request, PublisherCalls calls) {
    if (state_) return SLUICE_STATUS_STATE;
    auto* state = new State{host_, this, std::move(calls), nullptr, nullptr};
    const sluice_publish_request crossing{sizeof crossing, 0, to_abi(request.key), request.peer(),
                                          request.credentials()};
    const auto& registry = host_->registry();
    const sluice_status status = registry.call(&sluice_registry::publish_begin, registry.self(), lane,
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

  sluice_status add_track(const sluice_track& track, std::uint32_t& id) {
    if (!is_open()) return SLUICE_STATUS_STATE;
    return host_->engine().call(&sluice_engine::track_add, state_->handle, &track, &id,
                                static_cast<sluice_err*>(nullptr));
  }
  sluice_status update_track(std::uint32_t id, const sluice_track& track) {
    if (!is_open()) return SLUICE_STATUS_STATE;
    return host_->engine().call(&sluice_engine::track_update, state_->handle, id, &track,
                                static_cast<sluice_err*>(nullptr));
  }

  // Two steps without a copy: begin, fill draft.data, publish (which consumes the draft whatever it returns).
  sluice_status begin(std::uint64_t size, sluice_draft& draft) {
    if (!is_open()) return SLUICE_STATUS_STATE;
    draft = {};
    draft.struct_size = sizeof draft;
    return host_->engine().call(&sluice_engine::frame_begin, state_->handle, size, &draft);
  }
  sluice_status publish(sluice_draft& draft, sluice_frame_facts facts) {
    facts.struct_size = sizeof facts;
    return host_->engine().call(&sluice_engine::frame_publish, state_->handle, &draft,
                                static_cast<const sluice_frame_facts*>(&facts));
  }
  void abandon(sluice_draft& draft) {
    host_->engine().call(&sluice_engine::frame_abandon, state_->handle, &draft);
  }

  // One step with a copy; facts.size is taken from the payload.
  sluice_status write(std::span<const std::uint8_t> payload, sluice_frame_facts facts) {
    sluice_draft draft{};
    if (const sluice_status status = begin(payload.size(), draft); status != SLUICE_STATUS_OK) return status;
    std::memcpy(draft.data, payload.data(), payload.size());
    facts.size = payload.size();
    return publish(draft, facts);
  }

  // SLUICE_END_CLEAN ends the stream at once, SLUICE_END_LOST leaves it waiting for a return.
  void end(std::uint32_t how, std::string_view reason) {
    State* state = std::exchange(state_, nullptr);
    if (!state) return;
    state->owner = nullptr;
    if (state->handle) {
      host_->registry().call(&sluice_registry::publication_end, state->handle, how, to_abi(reason));
      delete state;
    } else {
      host_->registry().call(&sluice_registry::cancel,
                             state->op);  // on_done still comes and deletes the state
    }
  }

 private:
  struct State {
    const Host* host;
    Publisher* owner;  // null once the publisher let go while the answer was still on its way
    PublisherCalls calls;
    sluice_op* op;
    sluice_publication* handle;

    static const sluice_publish_calls& calls_table() {
      static constexpr sluice_publish_calls table{sizeof table, 0, &on_done, &on_revoked, &on_key_wanted};
      return table;
    }

    static void on_done(void* ctx, sluice_status status, sluice_publication* handle,
                        const sluice_err* err) noexcept {
      auto* state = static_cast<State*>(ctx);
      if (!state->owner) {
        if (handle)
          state->host->registry().call(&sluice_registry::publication_end, handle,
                                       static_cast<std::uint32_t>(SLUICE_END_CLEAN), to_abi("cancelled"));
        delete state;
        return;
      }
      state->handle = handle;
      state->op = nullptr;
      if (status == SLUICE_STATUS_OK) {
        state->run([calls = state->calls] {
          if (calls.on_open) calls.on_open();
        });
        return;
      }
      const std::string why = err ? err->message : std::string(status_name(status));
      const Host* host = state->host;
      const PublisherCalls calls = std::move(state->calls);
      state->owner->state_ = nullptr;
      delete state;
      in_callback([&](const sluice_err& e) { host->warn(e.message); },
                  [&] {
                    if (calls.on_refused) calls.on_refused(status, why);
                  });
    }

    static void on_revoked(void* ctx, sluice_status why, sluice_str reason) noexcept {
      auto* state = static_cast<State*>(ctx);
      state->run([calls = state->calls, why, text = std::string(from_abi(reason))] {
        if (calls.on_revoked) calls.on_revoked(why, text);
      });
    }

    static void on_key_wanted(void* ctx, std::uint32_t track) noexcept {
      auto* state = static_cast<State*>(ctx);
      if (state->calls.on_key_wanted)
        state->run([calls = state->calls, track] { calls.on_key_wanted(track); });
    }

    template <class Body>
    void run(Body&& body) noexcept {
      in_callback([h = host](const sluice_err& e) { h->warn(e.message); }, std::forward<Body>(body));
    }
  };

  const Host* host_;
  State* state_ = nullptr;
};

}  // namespace sluice
