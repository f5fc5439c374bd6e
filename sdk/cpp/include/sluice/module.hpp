// Module: what a module written in C++ derives from. SLUICE_MODULE(Type) exports it.
#pragma once

#include <memory>
#include <string_view>

#include <sluice/abi/sluice.h>
#include <sluice/boundary.hpp>
#include <sluice/host.hpp>

// Written by the build rule from the manifest.
extern "C" const sluice_note_section sluice_module_note;

namespace sluice {

// Methods are called one at a time, [control], in the order of sluice_module_life. They refuse by throwing
// sluice::Error. Runs on the host's own loop; LaneModule (lanes.hpp) brings an io_context per lane instead.
class Module {
 public:
  explicit Module(const sluice_host* host) : host_(host) {}
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  virtual sluice_status query(std::string_view /*interface*/, std::uint32_t /*minor_min*/,
                              sluice_interface* /*out*/) {
    return SLUICE_STATUS_NOT_FOUND;
  }
  virtual void configure(std::string_view /*json*/) {}
  virtual void start() = 0;
  virtual void reconfigure(std::string_view /*json*/) {
    throw Error(SLUICE_STATUS_NOT_SUPPORTED, "this module cannot change its configuration while it runs");
  }
  virtual void health(sluice_health& /*out*/) {}
  virtual void drain(std::int64_t /*deadline_ns*/) {}
  virtual void remaining(sluice_remaining& /*out*/) {}
  virtual void stop() {}

  const Host& host() const { return host_; }

 private:
  Host host_;
};

namespace detail {

template <class Type>
concept RunsLanes = requires(Type& module, sluice_lane* lane) { module.run_lane(lane, 0u); };

template <class Type>
struct Life {
  static Type& of(void* self) { return *static_cast<Type*>(self); }

  static const sluice_module_life* table() {
    static const sluice_module_life life = make();
    return &life;
  }

  static sluice_module_life make() {
    sluice_module_life life{};
    life.struct_size = sizeof life;
    life.query = [](void* self, sluice_str iface, std::uint32_t minor, sluice_interface* out) noexcept {
      return at_boundary(nullptr, [&] { return of(self).query(from_abi(iface), minor, out); });
    };
    life.configure = [](void* self, sluice_str json, sluice_err* err) noexcept {
      return at_boundary(err, [&] { of(self).configure(from_abi(json)); });
    };
    life.start = [](void* self, sluice_err* err) noexcept {
      return at_boundary(err, [&] { of(self).start(); });
    };
    life.reconfigure = [](void* self, sluice_str json, sluice_err* err) noexcept {
      return at_boundary(err, [&] { of(self).reconfigure(from_abi(json)); });
    };
    life.health = [](void* self, sluice_health* out) noexcept {
      return at_boundary(nullptr, [&] { of(self).health(*out); });
    };
    life.drain = [](void* self, std::int64_t deadline) noexcept {
      return at_boundary(nullptr, [&] { of(self).drain(deadline); });
    };
    life.remaining = [](void* self, sluice_remaining* out) noexcept {
      return at_boundary(nullptr, [&] { of(self).remaining(*out); });
    };
    life.stop = [](void* self) noexcept { at_boundary(nullptr, [&] { of(self).stop(); }); };
    life.destroy = [](void* self) noexcept { delete &of(self); };
    if constexpr (RunsLanes<Type>)
      life.run_lane = [](void* self, sluice_lane* lane, std::uint32_t index) noexcept {
        in_callback([self](const sluice_err& err) { of(self).host().log(SLUICE_LOG_ERROR, err.message); },
                    [&] { of(self).run_lane(lane, index); });
      };
    return life;
  }
};

template <class Type>
sluice_status enter(const sluice_offer* offer, sluice_answer* answer) noexcept {
  if (!offer || !answer || answer->struct_size < sizeof(sluice_answer)) return SLUICE_STATUS_ARGUMENT;
  const sluice_note& note = sluice_module_note.descriptor;
  if (offer->major != note.major || offer->minor_max < note.minor_min || offer->must_understand != 0)
    return SLUICE_STATUS_NOT_SUPPORTED;
  return at_boundary(nullptr, [&] {
    auto module = std::make_unique<Type>(offer->host);
    answer->struct_size = sizeof(sluice_answer);
    answer->minor = offer->minor_max < note.minor_built ? offer->minor_max : note.minor_built;
    answer->must_understand = 0;
    answer->reserved = 0;
    answer->id = to_abi(note.id);
    answer->version = to_abi(note.version);
    answer->life = Life<Type>::table();
    answer->self = module.release();
  });
}

}  // namespace detail
}  // namespace sluice

#define SLUICE_MODULE(Type)                                                                                  \
  extern "C" SLUICE_EXPORT sluice_status sluice_entry_v1(const sluice_offer* offer, sluice_answer* answer) { \
    return ::sluice::detail::enter<Type>(offer, answer);                                                     \
  }
