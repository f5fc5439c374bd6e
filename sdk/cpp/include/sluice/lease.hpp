// Lease: this module's right to call what another module provides.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <sluice/boundary.hpp>
#include <sluice/host.hpp>

namespace sluice {

struct LeaseRequest {
  std::string iface;  // "com.acme.metering/1"
  std::uint32_t minor_min = 0;
  std::string selector = {};  // JSON: "\"name\"" or an object of attributes; empty: any
};

// [lane] Every method on the lane given to acquire. Calls are made with Call (call.hpp).
class Lease {
 public:
  // The provider is to stop: finish, release, acquire again to find its successor. May destroy the Lease.
  using OnRevoked = std::function<void(std::string_view reason)>;

  explicit Lease(const Host& host) : host_(&host) {}
  ~Lease() { release(); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  // Replaces what is held. Throws Error: NOT_FOUND when nobody provides it now.
  void acquire(sluice_lane* lane, const LeaseRequest& request, OnRevoked on_revoked) {
    release();
    on_revoked_ = std::move(on_revoked);
    const sluice_lease_request crossing{sizeof crossing, request.minor_min, to_abi(request.iface),
                                        to_abi(request.selector)};
    static constexpr sluice_lease_calls calls{sizeof calls, 0, &Lease::revoked};
    sluice_lease_facts facts{};
    facts.struct_size = sizeof facts;
    sluice_err err = empty_err();
    const auto& services = host_->services();
    const sluice_status status = services.call(&sluice_services::acquire, services.self(), lane, &crossing,
                                               &calls, static_cast<void*>(this), &facts, &handle_, &err);
    if (status != SLUICE_STATUS_OK) throw error_of(status, err);
    minor_ = facts.minor;
    generation_ = facts.generation;
    module_ = from_abi(facts.module);
    name_ = from_abi(facts.name);
    attributes_ = from_abi(facts.attributes);
  }

  void release() {
    if (!handle_) return;
    const auto& services = host_->services();
    services.call(&sluice_services::lease_release, services.self(), std::exchange(handle_, nullptr));
  }

  bool is_held() const { return handle_ != nullptr; }
  sluice_lease* handle() const { return handle_; }

  // Of the provider.
  std::uint32_t minor() const { return minor_; }
  std::uint32_t generation() const { return generation_; }
  const std::string& module() const { return module_; }
  const std::string& name() const { return name_; }
  const std::string& attributes() const { return attributes_; }  // JSON object

 private:
  static void revoked(void* ctx, sluice_lease*, sluice_str reason) noexcept {
    auto* self = static_cast<Lease*>(ctx);
    const OnRevoked call = self->on_revoked_;  // it may destroy the lease
    in_callback([host = self->host_](const sluice_err& e) { host->warn(e.message); },
                [&] {
                  if (call) call(from_abi(reason));
                });
  }

  const Host* host_;
  sluice_lease* handle_ = nullptr;
  OnRevoked on_revoked_;
  std::uint32_t minor_ = 0;
  std::uint32_t generation_ = 0;
  std::string module_, name_, attributes_;
};

}  // namespace sluice
