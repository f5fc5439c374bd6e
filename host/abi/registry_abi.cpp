#include "abi/registry_abi.hpp"

#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "abi/engine_handles.hpp"
#include "abi/seat.hpp"
#include "engine/engine.hpp"
#include "engine/publication.hpp"
#include "engine/subscription.hpp"

namespace sluice::abi {
namespace {

// Nothing a protocol lets a stranger say is longer.
constexpr std::uint64_t text_most = 16u << 10;

engine::Engine& engine_of(void* self) { return *seat_of(self).host.engine; }

// ---- what the module is told
// ------------------------------------------------------------------------------- Each call may end the
// listener itself: nothing of it is touched afterwards.

class PublishCalls final : public engine::PublishListener {
 public:
  PublishCalls(const sluice_publish_calls& calls, void* ctx) : calls_(calls), ctx_(ctx) {}

  void on_done(engine::Publication* publication, const engine::Failure& failure) override {
    const sluice_err err = to_err(failure);
    sluice_publication* given = nullptr;
    if (publication != nullptr) {
      given = handed<sluice_publication>(publication->seat(), publication, &publication->lane());
    }
    calls_.on_done(ctx_, err.status, given, given != nullptr ? nullptr : &err);
  }
  void on_revoked(engine::Errc why, std::string_view reason) override {
    if (calls_.on_revoked != nullptr) calls_.on_revoked(ctx_, to_status(why), borrow(reason));
  }
  void on_key_wanted(std::uint32_t track) override {
    if (calls_.on_key_wanted != nullptr) calls_.on_key_wanted(ctx_, track);
  }

 private:
  const sluice_publish_calls calls_;
  void* const ctx_;
};

class SubscribeCalls final : public engine::SubscribeListener {
 public:
  SubscribeCalls(const sluice_subscribe_calls& calls, void* ctx) : calls_(calls), ctx_(ctx) {}

  void on_done(engine::Subscription* subscription, const engine::Failure& failure) override {
    const sluice_err err = to_err(failure);
    if (subscription != nullptr) {
      given_ = handed<sluice_subscription>(subscription->seat(), subscription, &subscription->lane());
    }
    calls_.on_done(ctx_, err.status, given_, given_ != nullptr ? nullptr : &err);
  }
  void on_ready(engine::Subscription&) override {
    if (calls_.on_ready != nullptr) calls_.on_ready(ctx_, given_);
  }
  void on_closed(engine::Errc why, std::string_view reason) override {
    if (calls_.on_closed != nullptr) calls_.on_closed(ctx_, to_status(why), borrow(reason));
  }

 private:
  const sluice_subscribe_calls calls_;
  void* const ctx_;
  sluice_subscription* given_ = nullptr;
};

class WatchCall final : public engine::WatchListener {
 public:
  WatchCall(void (*fn)(void*, const sluice_change*), void* ctx) : fn_(fn), ctx_(ctx) {}

  void on_change(const engine::Change& change) override {
    const sluice_change told{sizeof told, static_cast<std::uint32_t>(change.kind), change.revision,
                             borrow(change.key), change.epoch};
    fn_(ctx_, &told);
  }

 private:
  void (*const fn_)(void*, const sluice_change*);
  void* const ctx_;
};

// ---- what the module says ----

bool take_text(const sluice_str& from, std::string& to) {
  if (!readable(from, text_most)) return false;
  to = view(from);
  return true;
}

bool take_peer(const sluice_peer& from, engine::Peer& to) {
  to.local_module = (from.flags & SLUICE_PEER_LOCAL_MODULE) != 0;
  return take_text(from.protocol, to.protocol) && take_text(from.address, to.address) &&
         take_text(from.user_agent, to.user_agent);
}

bool take_credentials(const sluice_credentials& from, engine::Credentials& to) {
  return take_text(from.user, to.user) && take_text(from.password, to.password) &&
         take_text(from.token, to.token) && take_text(from.query, to.query);
}

sluice_status begin_refused(sluice_err* err, engine::Errc code) {
  switch (code) {
    case engine::Errc::ok:
      return SLUICE_STATUS_OK;
    case engine::Errc::state:
      return fail(err, to_status(code), "this module drains");
    case engine::Errc::busy:
      return fail(err, to_status(code), "too many begins are under way", "try again later");
    default:
      return fail(err, to_status(code), "refused");
  }
}

constexpr std::string_view structs_wanted = "a begin wants its structs with their struct_size set";

sluice_status publish_begin(void* self, sluice_lane* lane, const sluice_publish_request* request,
                            const sluice_publish_calls* calls, void* ctx, sluice_op** op, sluice_err* err) {
  if (op != nullptr) *op = nullptr;
  sluice_publish_request asked;
  sluice_publish_calls told;
  sluice_status status = read_struct(request, asked);
  if (status == SLUICE_STATUS_OK) status = read_struct(calls, told);
  if (status != SLUICE_STATUS_OK) return fail(err, status, structs_wanted);
  engine::PublishRequest mine;
  if (self == nullptr || lane == nullptr || told.on_done == nullptr || !take_text(asked.key, mine.key) ||
      !take_peer(asked.peer, mine.peer) || !take_credentials(asked.credentials, mine.credentials)) {
    return fail(err, SLUICE_STATUS_ARGUMENT,
                "publish_begin needs a seat, a lane, on_done and texts of at most 16 KiB");
  }
  engine::Operation* operation = nullptr;
  const engine::Errc code = engine_of(self).publish_begin(seat_of(self), *lane_of(lane), std::move(mine),
                                                          std::make_unique<PublishCalls>(told, ctx),
                                                          op != nullptr ? &operation : nullptr);
  if (op != nullptr) *op = handed<sluice_op>(seat_of(self), operation, lane_of(lane));
  return begin_refused(err, code);
}

sluice_status subscribe_begin(void* self, sluice_lane* lane, const sluice_subscribe_request* request,
                              const sluice_subscribe_calls* calls, void* ctx, sluice_op** op,
                              sluice_err* err) {
  if (op != nullptr) *op = nullptr;
  sluice_subscribe_request asked;
  sluice_subscribe_calls told;
  sluice_status status = read_struct(request, asked, offsetof(sluice_subscribe_request, format));
  if (status == SLUICE_STATUS_OK) status = read_struct(calls, told);
  if (status != SLUICE_STATUS_OK) return fail(err, status, structs_wanted);
  engine::SubscribeRequest mine;
  if (self == nullptr || lane == nullptr || told.on_done == nullptr || told.on_ready == nullptr ||
      asked.start > SLUICE_START_LIVE || asked.max_time < 0 || !take_text(asked.key, mine.key) ||
      !take_peer(asked.peer, mine.peer) || !take_credentials(asked.credentials, mine.credentials) ||
      !take_text(asked.format, mine.format) || !take_text(asked.parameters, mine.parameters)) {
    return fail(
        err, SLUICE_STATUS_ARGUMENT,
        "subscribe_begin needs a seat, a lane, on_done, on_ready, a start point and texts of at most 16 KiB");
  }
  mine.start = static_cast<engine::Start>(asked.start);
  mine.max_bytes = asked.max_bytes;
  mine.max_time = asked.max_time;
  engine::Operation* operation = nullptr;
  const engine::Errc code = engine_of(self).subscribe_begin(seat_of(self), *lane_of(lane), std::move(mine),
                                                            std::make_unique<SubscribeCalls>(told, ctx),
                                                            op != nullptr ? &operation : nullptr);
  if (op != nullptr) *op = handed<sluice_op>(seat_of(self), operation, lane_of(lane));
  return begin_refused(err, code);
}

// A reason is only for lists: what is no text is none.
std::string_view reason_of(const sluice_str& text) {
  return readable(text, text_most) ? view(text) : std::string_view();
}

void publication_end(sluice_publication* publication, std::uint32_t how, sluice_str reason) {
  if (publication == nullptr) return;
  const engine::End end = how == SLUICE_END_CLEAN ? engine::End::clean : engine::End::lost;
  engine::Engine::publication_end(behind(publication), end, reason_of(reason));
}

void subscription_close(sluice_subscription* subscription, sluice_str reason) {
  if (subscription != nullptr) engine::Engine::subscription_close(behind(subscription), reason_of(reason));
}

void cancel(sluice_op* op) {
  if (op != nullptr) engine::Engine::cancel(behind(op));
}

sluice_status list(void* self, sluice_text* out) {
  if (self == nullptr) return write_nothing(out);
  const engine::Engine& engine = engine_of(self);
  const std::uint64_t revision =
      engine.revision();  // first: a change in between is seen by a watch from here
  const nlohmann::json facts{{"revision", revision}, {"streams", engine.streams()}};
  return write_text(out, facts.dump());
}

sluice_status watch_start(void* self, sluice_lane* lane, std::uint64_t revision,
                          void (*fn)(void* ctx, const sluice_change* change), void* ctx,
                          sluice_registry_watch** out) {
  if (out != nullptr) *out = nullptr;
  if (self == nullptr || lane == nullptr || fn == nullptr || out == nullptr) return SLUICE_STATUS_ARGUMENT;
  engine::RegistryWatch* watch = nullptr;
  const engine::Errc code = engine_of(self).watch_start(seat_of(self), *lane_of(lane), revision,
                                                        std::make_unique<WatchCall>(fn, ctx), &watch);
  *out = handed<sluice_registry_watch>(seat_of(self), watch, lane_of(lane));
  return to_status(code);
}

void watch_stop(sluice_registry_watch* watch) {
  if (watch != nullptr) engine::Engine::watch_stop(behind(watch));
}

}  // namespace

const sluice_registry* registry_table() {
  static constexpr sluice_registry table = {
      .struct_size = sizeof(sluice_registry),
      .minor = 0,
      .publish_begin = publish_begin,
      .publication_end = publication_end,
      .subscribe_begin = subscribe_begin,
      .subscription_close = subscription_close,
      .cancel = cancel,
      .list = list,
      .watch_start = watch_start,
      .watch_stop = watch_stop,
  };
  return &table;
}

}  // namespace sluice::abi
