// Listener and Connection: sockets that belong to the host.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <sluice/boundary.hpp>
#include <sluice/host.hpp>

namespace sluice {

// An accepted connection; the descriptor is the host's and is closed with this object. [lane]
class Connection {
 public:
  Connection(const Host& host, const sluice_accepted& accepted)
      : host_(&host),
        handle_(accepted.connection),
        fd_(accepted.fd),
        loopback_(accepted.loopback != 0),
        remote_(from_abi(accepted.remote)) {}
  Connection(Connection&& other) noexcept
      : host_(other.host_),
        handle_(std::exchange(other.handle_, nullptr)),
        fd_(std::exchange(other.fd_, -1)),
        loopback_(other.loopback_),
        remote_(std::move(other.remote_)) {}
  Connection& operator=(Connection&&) = delete;
  ~Connection() { close(); }

  int fd() const { return fd_; }
  bool is_loopback() const { return loopback_; }
  const std::string& remote() const { return remote_; }

  void close() {
    if (!handle_) return;
    host_->net().call(&sluice_net::connection_close, std::exchange(handle_, nullptr));
    fd_ = -1;
  }

 private:
  const Host* host_;
  sluice_connection* handle_;
  int fd_;
  bool loopback_;
  std::string remote_;
};

// [control] Opens the manifest's listener of this name; `on_connection` runs on the chosen lane.
class Listener {
 public:
  using OnConnection = std::function<void(sluice_lane* lane, Connection connection)>;

  Listener(const Host& host, std::string_view name, OnConnection on_connection)
      : host_(&host), on_connection_(std::move(on_connection)) {
    sluice_err err = empty_err();
    const auto& net = host.net();
    const sluice_status status = net.call(&sluice_net::listen, net.self(), to_abi(name), &Listener::accept,
                                          static_cast<void*>(this), &handle_, &err);
    if (status != SLUICE_STATUS_OK) throw error_of(status, err);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { host_->net().call(&sluice_net::listener_close, handle_); }

 private:
  static void accept(void* ctx, sluice_lane* lane, const sluice_accepted* accepted) noexcept {
    auto* self = static_cast<Listener*>(ctx);
    Connection connection(*self->host_, *accepted);
    in_callback([self](const sluice_err& e) { self->host_->warn(e.message); },
                [&] { self->on_connection_(lane, std::move(connection)); });
  }

  const Host* host_;
  OnConnection on_connection_;
  sluice_listener* handle_ = nullptr;
};

}  // namespace sluice
