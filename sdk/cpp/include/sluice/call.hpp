// Call: one question to another module and its answer. Ticket and Service: the side that is asked.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sluice/lease.hpp>

namespace sluice {

using BytesView = std::span<const std::uint8_t>;

inline sluice_bytes to_abi(BytesView bytes) { return {bytes.data(), bytes.size()}; }
inline BytesView from_abi(sluice_bytes bytes) {
  return bytes.data ? BytesView(bytes.data, bytes.size) : BytesView();
}
inline BytesView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

using FramesView = std::span<const sluice_frame* const>;

// What is asked: the callee's number for it and its bytes.
struct Message {
  std::uint32_t method = 0;
  BytesView bytes = {};
};

// [lane] Every method on the lane given to request or invoke. Destroyed while open: cancelled, nobody is
// told.
class Call {
 public:
  // Unless status is OK, `answer` is text that says why. May destroy the Call.
  using OnDone = std::function<void(sluice_status status, BytesView answer)>;
  // The same for answers that may carry frames: retain what is to be kept.
  using OnAnswer = std::function<void(sluice_status status, BytesView answer, FramesView frames)>;

  explicit Call(const Host& host) : host_(&host) {}
  ~Call() { abandon(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Asks the leased provider. OK: on_done follows. STATE: this call is still open.
  sluice_status request(const Lease& lease, sluice_lane* lane, const Message& message, OnDone on_done) {
    return begin(lane, message, std::move(on_done), [&](const sluice_call_request* crossing, State* state) {
      const auto& services = host_->services();
      return services.call(&sluice_services::request, services.self(), lease.handle(), crossing,
                           &state->handle, static_cast<sluice_err*>(nullptr));
    });
  }
  // Asks the handler of a record (registration.hpp) by its number.
  sluice_status invoke(std::uint64_t registration, sluice_lane* lane, const Message& message,
                       OnDone on_done) {
    return begin(lane, message, std::move(on_done), [&](const sluice_call_request* crossing, State* state) {
      const auto& services = host_->services();
      return services.call(&sluice_services::invoke, services.self(), registration, crossing, &state->handle,
                           static_cast<sluice_err*>(nullptr));
    });
  }

  // The same by an asker that takes frames.
  sluice_status invoke_for_frames(std::uint64_t registration, sluice_lane* lane, const Message& message,
                                  OnAnswer on_answer) {
    return begin_with(lane, message, &State::answered, std::move(on_answer),
                      [&](const sluice_call_request* crossing, State* state) {
                        const auto& services = host_->services();
                        return services.call(&sluice_services::invoke, services.self(), registration,
                                             crossing, &state->handle, static_cast<sluice_err*>(nullptr));
                      });
  }

  bool is_open() const { return state_ != nullptr; }
  // Asks it to end early; on_done still comes.
  void cancel() {
    if (state_) state_->cancel();
  }

 private:
  // Outlives the Call when that lets go while the answer is on its way.
  struct State {
    const Host* host;
    Call* owner;
    OnAnswer on_answer;
    sluice_call* handle;

    void cancel() const {
      const auto& services = host->services();
      services.call(&sluice_services::cancel, services.self(), handle);
    }
    static void done(void* ctx, sluice_status status, sluice_bytes answer) noexcept {
      finish(static_cast<State*>(ctx), status, from_abi(answer), {});
    }
    static void answered(void* ctx, const sluice_call_answer* answer) noexcept {
      finish(static_cast<State*>(ctx), answer->status, from_abi(answer->bytes),
             FramesView(answer->frames, answer->frame_count));
    }
    static void finish(State* state, sluice_status status, BytesView answer, FramesView frames) noexcept {
      const Host* host = state->host;
      const OnAnswer call = state->owner ? std::move(state->on_answer) : OnAnswer();
      if (state->owner) state->owner->state_ = nullptr;
      delete state;
      in_callback([host](const sluice_err& e) { host->warn(e.message); },
                  [&] {
                    if (call) call(status, answer, frames);
                  });
    }
  };

  template <class Begin>
  sluice_status begin(sluice_lane* lane, const Message& message, OnDone on_done, const Begin& how) {
    return begin_with(
        lane, message, nullptr,
        [told = std::move(on_done)](sluice_status status, BytesView answer, FramesView) {
          if (told) told(status, answer);
        },
        how);
  }
  template <class Begin>
  sluice_status begin_with(sluice_lane* lane, const Message& message,
                           void (*on_answer)(void* ctx, const sluice_call_answer* answer), OnAnswer told,
                           const Begin& how) {
    if (state_) return SLUICE_STATUS_STATE;
    auto* state = new State{host_, this, std::move(told), nullptr};
    const sluice_call_request crossing{
        sizeof crossing, message.method, to_abi(message.bytes), lane, &State::done, state, on_answer};
    const sluice_status status = how(&crossing, state);
    if (status == SLUICE_STATUS_OK) {
      state_ = state;
    } else {
      delete state;
    }
    return status;
  }

  void abandon() {
    State* state = std::exchange(state_, nullptr);
    if (!state) return;
    state->owner = nullptr;
    state->cancel();  // done still comes and deletes the state
  }

  const Host* host_;
  State* state_ = nullptr;
};

// The answer owed to one question. Move it away to answer later; unanswered at its end it refuses. [any]
class Ticket {
 public:
  Ticket(const Host& host, sluice_ticket* handle) : host_(&host), handle_(handle) {}
  Ticket(Ticket&& other) noexcept : host_(other.host_), handle_(std::exchange(other.handle_, nullptr)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Ticket() {
    if (handle_) refuse(SLUICE_STATUS_INTERNAL, "the question was dropped");
  }

  // GONE: whoever asked no longer waits.
  sluice_status answer(BytesView bytes) { return give(SLUICE_STATUS_OK, bytes); }
  // With frames that the caller holds while it calls. NOT_SUPPORTED: the asker takes none.
  sluice_status answer(BytesView bytes, FramesView frames) {
    const sluice_call_answer given{sizeof given, SLUICE_STATUS_OK, to_abi(bytes), frames.data(),
                                   frames.size()};
    const auto& services = host_->services();
    return services.call(&sluice_services::answer_with, services.self(), std::exchange(handle_, nullptr),
                         &given);
  }
  sluice_status refuse(sluice_status status, std::string_view why) { return give(status, bytes_of(why)); }

 private:
  sluice_status give(sluice_status status, BytesView bytes) {
    const auto& services = host_->services();
    return services.call(&sluice_services::answer, services.self(), std::exchange(handle_, nullptr), status,
                         to_abi(bytes));
  }

  const Host* host_;
  sluice_ticket* handle_;
};

// Borrowed for the call; `asker` is a module id.
struct Question {
  Message message;
  std::string_view asker;
};

// Answers through the ticket, at once or later. What it throws is the answer.
using Serve = std::function<void(const Question& question, Ticket& ticket)>;

namespace detail {
inline sluice_status serve(const Host& host, const Serve& how, const sluice_question& asked) noexcept {
  Ticket ticket(host, asked.ticket);
  const Question question{{asked.method, from_abi(asked.bytes)}, from_abi(asked.asker)};
  sluice_err err = empty_err();
  const sluice_status status = at_boundary(&err, [&] { how(question, ticket); });
  if (status != SLUICE_STATUS_OK) ticket.refuse(status, err.message);
  return SLUICE_STATUS_OK;
}
}  // namespace detail

// An interface of this module that others call: keep one, and let Module::query hand it out.
class Service {
 public:
  Service(const Host& host, std::uint32_t minor, Serve serve)
      : host_(&host),
        serve_(std::move(serve)),
        table_{sizeof table_, minor, SLUICE_SERVICE_MARK, &Service::serve} {}
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // For query. NOT_FOUND: the minor is too low.
  sluice_status give(std::uint32_t minor_min, sluice_interface* out) {
    if (minor_min > table_.minor) return SLUICE_STATUS_NOT_FOUND;
    out->minor = table_.minor;
    out->table = &table_;
    out->self = this;
    return SLUICE_STATUS_OK;
  }

 private:
  static sluice_status serve(void* self, const sluice_question* question) noexcept {
    const auto& service = *static_cast<Service*>(self);
    return detail::serve(*service.host_, service.serve_, *question);
  }

  const Host* host_;
  const Serve serve_;
  const sluice_service table_;
};

}  // namespace sluice
