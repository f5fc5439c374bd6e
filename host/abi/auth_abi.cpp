#include "abi/auth_abi.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "abi/seat.hpp"
#include "abi/struct_check.hpp"
#include "engine/lane.hpp"
#include "observe/log.hpp"

namespace sluice::abi {

using engine::AuthQuestion;

// A ticket is reused; its handle carries the low bits of its turn in the bits its alignment leaves free, so
// that a second answer to an old question does not decide a new one.
struct alignas(256) ModuleAuthProvider::Ticket {
  static constexpr std::uintptr_t turn_mask = 255;

  ModuleAuthProvider* provider = nullptr;
  std::uint64_t turn = 0;
  bool open = false;
  AuthQuestion question;
  Answer answer;

  sluice_auth_ticket* handle() {
    return reinterpret_cast<sluice_auth_ticket*>(reinterpret_cast<std::uintptr_t>(this) | (turn & turn_mask));
  }
};

ModuleAuthProvider::ModuleAuthProvider(std::string module, engine::Lane& control,
                                       const sluice_interface& interface)
    : module_(std::move(module)), control_(control), interface_(interface) {}

ModuleAuthProvider::~ModuleAuthProvider() = default;

void ModuleAuthProvider::ask(const AuthQuestion& question, Answer answer) {
  Ticket* ticket = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (!closed_ && free_.empty() && tickets_.size() < max_open) {
      free_.push_back(&tickets_.emplace_back());
      free_.back()->provider = this;
    }
    if (!closed_ && !free_.empty()) {
      ticket = free_.front();
      free_.pop_front();
      ++ticket->turn;
      ticket->open = true;
      ticket->question = question;
      ticket->answer = std::move(answer);
    }
  }
  // NOLINTNEXTLINE(bugprone-use-after-move): it was moved only into a ticket
  if (ticket == nullptr) return answer(auth::Verdict::deny, "the auth module is not available");
  if (control_.post(&ModuleAuthProvider::on_lane, ticket) != engine::Errc::ok) {
    settle(*ticket, ticket->turn, auth::Verdict::deny, "the auth module is overloaded");
  }
}

void ModuleAuthProvider::on_lane(void* context) {
  auto& ticket = *static_cast<Ticket*>(context);
  auto& self = *ticket.provider;
  AuthQuestion question;
  std::uint64_t turn = 0;
  {
    std::lock_guard lock(self.mutex_);
    if (!ticket.open) return;
    question = ticket.question;
    turn = ticket.turn;
  }
  sluice_auth_request request{};
  request.struct_size = sizeof request;
  request.action = question.action == engine::Action::publish ? SLUICE_ACTION_PUBLISH : SLUICE_ACTION_PLAY;
  request.key = borrow(question.key);
  request.peer.struct_size = sizeof request.peer;
  request.peer.protocol = borrow(question.protocol);
  request.peer.address = borrow(question.address);
  request.peer.user_agent = borrow(question.user_agent);
  request.credentials.struct_size = sizeof request.credentials;
  request.credentials.user = borrow(question.user);
  request.credentials.password = borrow(question.password);
  request.credentials.token = borrow(question.token);
  request.credentials.query = borrow(question.query);
  request.ticket = ticket.handle();
  request.answer = &ModuleAuthProvider::on_answer;
  const auto* table = static_cast<const sluice_auth*>(self.interface_.table);
  sluice_status status = SLUICE_STATUS_NOT_SUPPORTED;
  const bool has_method = table->struct_size >= offsetof(sluice_auth, authorise) + sizeof table->authorise &&
                          table->authorise != nullptr;
  try {
    if (has_method) status = table->authorise(self.interface_.self, &request);
  } catch (...) {
    status = SLUICE_STATUS_INTERNAL;
  }
  if (status != SLUICE_STATUS_OK) self.settle(ticket, turn, auth::Verdict::deny, "the auth module failed");
}

void ModuleAuthProvider::on_answer(sluice_auth_ticket* handle, std::uint32_t verdict, sluice_str reason) {
  const auto bits = reinterpret_cast<std::uintptr_t>(handle);
  auto* ticket = reinterpret_cast<Ticket*>(bits & ~Ticket::turn_mask);
  if (ticket == nullptr) return;
  auto text = readable(reason, 1024) ? std::string(view(reason)) : std::string();
  const auto judged = verdict == SLUICE_VERDICT_ALLOW     ? auth::Verdict::allow
                      : verdict == SLUICE_VERDICT_ABSTAIN ? auth::Verdict::abstain
                                                          : auth::Verdict::deny;
  std::uint64_t turn = 0;
  {
    std::lock_guard lock(ticket->provider->mutex_);
    turn = ticket->turn;
  }
  const bool current = (turn & Ticket::turn_mask) == (bits & Ticket::turn_mask);
  if (current && ticket->provider->settle(*ticket, turn, judged, std::move(text))) return;
  ticket->provider->tell_answered_again();
}

bool ModuleAuthProvider::settle(Ticket& ticket, std::uint64_t turn, auth::Verdict verdict,
                                std::string reason) {
  Answer answer;
  {
    std::lock_guard lock(mutex_);
    if (!ticket.open || ticket.turn != turn) return false;
    ticket.open = false;
    ticket.question = {};  // holds credentials
    answer = std::exchange(ticket.answer, nullptr);
    free_.push_back(&ticket);
  }
  answer(verdict, std::move(reason));
  return true;
}

// One that comes after the module was told to stop is late, not wrong.
void ModuleAuthProvider::tell_answered_again() {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
  }
  observe::Log* const log = control_.seat().host.log;
  if (log == nullptr) return;
  log->write(observe::Level::warn, module_, SLUICE_AUTH_ID " answer came a second time for one question", {},
             module_ + " auth answer");
}

void ModuleAuthProvider::close() {
  std::vector<std::pair<Ticket*, std::uint64_t>> open;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    for (auto& ticket : tickets_) {
      if (ticket.open) open.emplace_back(&ticket, ticket.turn);
    }
  }
  for (const auto& [ticket, turn] : open)
    settle(*ticket, turn, auth::Verdict::deny, "the auth module is stopping");
}

}  // namespace sluice::abi
