// Leases com.example.turn/1, asks it in every way there is, and registers a page: through the C++ SDK.
#include <list>
#include <sluice/module.hpp>
#include <sluice/registration.hpp>

namespace {

class User final : public sluice::Module {
 public:
  explicit User(const sluice_host* offered) : Module(offered) {}

  void start() override {
    sluice_lane* lane = host().lane(0);
    lease_.acquire(lane, {"com.example.turn/1", 1, R"({"speed": "fast"})"},
                   [this](std::string_view) { lease_.release(); });
    page_.add(
        lane, {"com.example.pages/1", "page", "/user", R"({"of": "user"})"},
        [](const sluice::Question&, sluice::Ticket& ticket) { ticket.answer(sluice::bytes_of("the user")); });
    for (const std::uint32_t method : {1, 2, 3, 4, 5}) ask(method);
    // Destroyed while open: nobody is told.
    sluice::Call forgotten(host());
    forgotten.request(lease_, lane, {4, {}},
                      [this](sluice_status, sluice::BytesView) { tell(99, 0, "told"); });
    try {
      sluice::Registration again(host());
      again.add(lane, {"com.example.pages/1", "page", "/user"});
    } catch (const sluice::Error& error) {
      tell(0, error.status(), "taken");
    }
  }
  void stop() override {
    page_.withdraw();
    lease_.release();
    calls_.clear();
  }

 private:
  void ask(std::uint32_t method) {
    auto& call = calls_.emplace_back(host());
    call.request(lease_, host().lane(0), {method, sluice::bytes_of("abc")},
                 [this, method](sluice_status status, sluice::BytesView answer) {
                   tell(method, status, std::string(sluice::text_of(answer)));
                 });
    if (method == 4) call.cancel();
  }
  void tell(std::uint32_t method, sluice_status status, const std::string& text) {
    const std::string details = R"({"method":)" + std::to_string(method) + R"(,"status":)" +
                                std::to_string(status) + R"(,"text":")" + text + "\"}";
    sluice_event event{};
    event.struct_size = sizeof event;
    event.kind = sluice::to_abi("service-user.done");
    event.details = sluice::to_abi(details);
    const auto& events = host().events();
    events.call(&sluice_events::emit, events.self(), &event);
  }

  sluice::Lease lease_{host()};
  sluice::Registration page_{host()};
  std::list<sluice::Call> calls_;
};

}  // namespace

SLUICE_MODULE(User)
