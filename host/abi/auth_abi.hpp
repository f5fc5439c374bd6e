// A module's sluice.auth/1 as the auth chain sees it.
#pragma once

#include <sluice/abi/auth.h>
#include <sluice/abi/module.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "auth/auth_chain.hpp"

namespace sluice::engine {
class Lane;
}

namespace sluice::abi {

class ModuleAuthProvider final : public auth::Provider {
 public:
  static constexpr std::size_t max_open = auth::AuthChain::max_waiting;

  ModuleAuthProvider(std::string module, engine::Lane& control, const sluice_interface& interface);
  ~ModuleAuthProvider() override;

  const std::string& module() const override { return module_; }
  void ask(const engine::AuthQuestion& question, Answer answer) override;

  // No question goes out and no answer comes in any more; what is open is denied. The module may still hold
  // tickets.
  void close();

 private:
  struct Ticket;
  static void on_lane(void* ticket);
  static void on_answer(sluice_auth_ticket* ticket, std::uint32_t verdict, sluice_str reason);
  // False: it was settled before.
  bool settle(Ticket& ticket, std::uint64_t turn, auth::Verdict verdict, std::string reason);
  void tell_answered_again();

  const std::string module_;
  engine::Lane& control_;
  const sluice_interface interface_;
  std::mutex mutex_;
  bool closed_ = false;
  std::deque<Ticket> tickets_;  // stable addresses; never shrinks, at most max_open
  std::deque<Ticket*> free_;    // reused oldest first
};

}  // namespace sluice::abi
