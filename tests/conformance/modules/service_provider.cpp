// Provides com.example.turn/1, whose methods answer in every way there is, and com.example.pages/1, for which
// it calls each record once.
#include <algorithm>
#include <list>
#include <map>
#include <sluice/module.hpp>
#include <sluice/registration.hpp>
#include <vector>

namespace {

class Provider final : public sluice::Module {
 public:
  explicit Provider(const sluice_host* offered) : Module(offered) {}

  sluice_status query(std::string_view iface, std::uint32_t minor, sluice_interface* out) override {
    return iface == "com.example.turn/1" ? turn_.give(minor, out) : SLUICE_STATUS_NOT_FOUND;
  }
  void start() override {
    pages_.start(host().lane(0), "com.example.pages/1",
                 [this](const sluice_record_change& change) { on_page(change); });
  }
  void stop() override {
    pages_.stop();
    calls_.clear();
    kept_.clear();
  }

 private:
  void serve(const sluice::Question& question, sluice::Ticket& ticket) {
    std::string answer(sluice::text_of(question.message.bytes));
    std::reverse(answer.begin(), answer.end());
    switch (question.message.method) {
      case 1:
        ticket.answer(sluice::bytes_of(answer));
        return;
      case 2:
        kept_.push_back({std::move(ticket), answer});
        host().engine().call(&sluice_engine::lane_post, host().lane(0), &Provider::answer_kept,
                             static_cast<void*>(this));
        return;
      case 3:
        throw sluice::Error(SLUICE_STATUS_PROTOCOL, "not for " + std::string(question.asker));
      case 4:
        never_.push_back(std::move(ticket));
        return;
      default:
        return;  // dropped
    }
  }
  static void answer_kept(void* self) {
    auto& kept = static_cast<Provider*>(self)->kept_;
    if (kept.empty()) return;
    kept.front().ticket.answer(sluice::bytes_of(kept.front().text));
    kept.pop_front();
  }

  void on_page(const sluice_record_change& change) {
    const std::string name(sluice::from_abi(change.name));
    if (change.change == SLUICE_RECORD_REMOVED) return tell("removed", name, "");
    auto& call = calls_.try_emplace(change.registration, host()).first->second;
    call.invoke(change.registration, host().lane(0), {1, sluice::bytes_of("who are you?")},
                [this, name](sluice_status status, sluice::BytesView answer) {
                  tell("answered", name, status == SLUICE_STATUS_OK ? sluice::text_of(answer) : "");
                });
  }
  void tell(const std::string& what, const std::string& name, std::string_view answer) {
    const std::string kind = "service-provider." + what;
    const std::string details = R"({"name":")" + name + R"(","answer":")" + std::string(answer) + "\"}";
    sluice_event event{};
    event.struct_size = sizeof event;
    event.kind = sluice::to_abi(kind);
    event.details = sluice::to_abi(details);
    const auto& events = host().events();
    events.call(&sluice_events::emit, events.self(), &event);
  }

  struct Kept {
    sluice::Ticket ticket;
    std::string text;
  };
  sluice::Service turn_{host(), 1, [this](const sluice::Question& question, sluice::Ticket& ticket) {
                          serve(question, ticket);
                        }};
  sluice::RecordWatch pages_{host()};
  std::map<std::uint64_t, sluice::Call> calls_;
  std::list<Kept> kept_;
  std::vector<sluice::Ticket> never_;
};

}  // namespace

SLUICE_MODULE(Provider)
