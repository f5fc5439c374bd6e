// Registration: a record for whoever provides an interface. RecordWatch: the provider's view of all of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sluice/call.hpp>

namespace sluice {

struct RecordRequest {
  std::string iface;         // "sluice.http/1"
  std::string kind;          // "route"
  std::string name;          // "GET /live/"
  std::string details = {};  // JSON object
};

// Stands until it is destroyed. [lane] Every method on the lane given to add.
class Registration {
 public:
  explicit Registration(const Host& host) : host_(&host) {}
  ~Registration() { withdraw(); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  // `serve` answers the provider's calls on `lane`; without it there are none. Throws Error: BUSY when the
  // place is taken (it says by whom).
  void add(sluice_lane* lane, const RecordRequest& request, Serve serve = {}) {
    withdraw();
    serve_ = serve ? std::make_shared<const Serve>(std::move(serve)) : nullptr;
    sluice_record crossing{};
    crossing.struct_size = sizeof crossing;
    crossing.iface = to_abi(request.iface);
    crossing.kind = to_abi(request.kind);
    crossing.name = to_abi(request.name);
    crossing.details = to_abi(request.details);
    crossing.lane = lane;
    crossing.serve = serve_ ? &Registration::serve : nullptr;
    crossing.ctx = this;
    sluice_err err = empty_err();
    const auto& services = host_->services();
    const sluice_status status =
        services.call(&sluice_services::record_add, services.self(), &crossing, &handle_, &err);
    if (status != SLUICE_STATUS_OK) throw error_of(status, err);
  }

  // Once it returns, `serve` is not called again.
  void withdraw() {
    if (!handle_) return;
    const auto& services = host_->services();
    services.call(&sluice_services::record_withdraw, services.self(), std::exchange(handle_, nullptr));
  }
  bool stands() const { return handle_ != nullptr; }

 private:
  static sluice_status serve(void* self, const sluice_question* question) noexcept {
    const auto& registration = *static_cast<Registration*>(self);
    const auto how = registration.serve_;  // it may destroy the registration
    return detail::serve(*registration.host_, *how, *question);
  }

  const Host* host_;
  std::shared_ptr<const Serve> serve_;
  sluice_registration* handle_ = nullptr;
};

// [lane] Every method on the lane given to start.
class RecordWatch {
 public:
  // Texts are borrowed for the call. May destroy the RecordWatch.
  using OnChange = std::function<void(const sluice_record_change& change)>;

  explicit RecordWatch(const Host& host) : host_(&host) {}
  ~RecordWatch() { stop(); }
  RecordWatch(const RecordWatch&) = delete;
  RecordWatch& operator=(const RecordWatch&) = delete;

  // Those there are come as ADDED, then every change. Throws Error.
  void start(sluice_lane* lane, std::string_view iface, OnChange on_change) {
    stop();
    on_change_ = std::move(on_change);
    sluice_err err = empty_err();
    const auto& services = host_->services();
    const sluice_status status =
        services.call(&sluice_services::record_watch_start, services.self(), lane, to_abi(iface),
                      &RecordWatch::changed, static_cast<void*>(this), &handle_, &err);
    if (status != SLUICE_STATUS_OK) throw error_of(status, err);
  }
  void stop() {
    if (!handle_) return;
    const auto& services = host_->services();
    services.call(&sluice_services::record_watch_stop, services.self(), std::exchange(handle_, nullptr));
  }

 private:
  static void changed(void* ctx, const sluice_record_change* change) noexcept {
    auto* self = static_cast<RecordWatch*>(ctx);
    const OnChange call = self->on_change_;  // it may destroy the watch
    in_callback([host = self->host_](const sluice_err& e) { host->warn(e.message); }, [&] { call(*change); });
  }

  const Host* host_;
  OnChange on_change_;
  sluice_record_watch* handle_ = nullptr;
};

}  // namespace sluice
