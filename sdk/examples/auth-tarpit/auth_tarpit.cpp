// An auth module that answers later: who shows the secret comes in at once, who shows a wrong one waits for
// his refusal. Shows a ticket kept beyond the call, and that each is answered exactly once, at the end too.
#include <deque>
#include <sluice/json.hpp>
#include <sluice/module.hpp>
#include <sluice/provide.hpp>
#include <sluice/timer.hpp>
#include <string>

namespace {

constexpr std::size_t waiting_limit = 1024;  // refused at once beyond that: memory is worth more than delay

// Takes as long whatever differs, so that its time tells nothing.
bool equal(std::string_view shown, std::string_view secret) {
  unsigned difference = shown.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < shown.size(); ++i)
    difference |= static_cast<unsigned char>(shown[i]) ^
                  static_cast<unsigned char>(secret.empty() ? 0 : secret[i % secret.size()]);
  return difference == 0;
}

struct Refusal {
  std::int64_t due;
  sluice_auth_ticket* ticket;
  void (*answer)(sluice_auth_ticket*, std::uint32_t, sluice_str);

  void speak() const { answer(ticket, SLUICE_VERDICT_DENY, sluice::to_abi("wrong secret")); }
};

class Tarpit final : public sluice::Module {
 public:
  explicit Tarpit(const sluice_host* host) : Module(host), timer_(Module::host()) {
    table_.struct_size = sizeof table_;
    table_.authorise = [](void* self, const sluice_auth_request* request) noexcept {
      return sluice::at_boundary(nullptr, [&] { return static_cast<Tarpit*>(self)->authorise(request); });
    };
  }

  sluice_status query(std::string_view iface, std::uint32_t minor_min, sluice_interface* out) override {
    return sluice::provide(iface, SLUICE_AUTH_ID, minor_min, table_, this, out);
  }
  void configure(std::string_view text) override {
    const sluice::Json json(text);
    secret_ = json.text("/config/secret");
    delay_ns_ = json.integer("/config/delay_ms") * 1'000'000;
  }
  void start() override {
    if (secret_.empty()) host().warn("no secret is configured: nobody is allowed");
  }
  void drain(std::int64_t) override { refuse_due(INT64_MAX); }
  void stop() override { refuse_due(INT64_MAX); }

 private:
  sluice_status authorise(const sluice_auth_request* request) {
    if (!request || request->struct_size < sizeof *request || !request->answer) return SLUICE_STATUS_ARGUMENT;
    const std::string_view token = sluice::from_abi(request->credentials.token);
    if (!secret_.empty() && equal(token, secret_)) {
      request->answer(request->ticket, SLUICE_VERDICT_ALLOW, sluice::to_abi("the secret"));
      return SLUICE_STATUS_OK;
    }
    waiting_.push_back({host().now() + delay_ns_, request->ticket, request->answer});
    if (waiting_.size() > waiting_limit) {
      waiting_.front().speak();
      waiting_.pop_front();
    }
    if (!timer_.is_running()) wait();
    return SLUICE_STATUS_OK;
  }

  // They are due in the order they came.
  void refuse_due(std::int64_t now) {
    while (!waiting_.empty() && waiting_.front().due <= now) {
      waiting_.front().speak();
      waiting_.pop_front();
    }
    if (waiting_.empty()) timer_.cancel();
  }

  void wait() {
    timer_.start(host().lane(0), waiting_.front().due, [this] {
      refuse_due(host().now());
      if (!waiting_.empty()) wait();
    });
  }

  sluice_auth table_{};
  sluice::Timer timer_;
  std::string secret_;
  std::int64_t delay_ns_ = 0;
  std::deque<Refusal> waiting_;
};

}  // namespace

SLUICE_MODULE(Tarpit)
