// sluice.auth/1 by users, tokens and addresses: asks the Judge and counts what it said.
#include <array>
#include <string>

#include <sluice/metrics.hpp>
#include <sluice/module.hpp>
#include <sluice/provide.hpp>

#include "judge.hpp"

namespace {

using namespace sluice::auth;

class AuthModule final : public sluice::Module {
 public:
  explicit AuthModule(const sluice_host* host) : Module(host) {
    table_.struct_size = sizeof table_;
    table_.authorise = [](void* self, const sluice_auth_request* request) noexcept {
      return sluice::at_boundary(nullptr, [&] { return static_cast<AuthModule*>(self)->authorise(request); });
    };
  }

  sluice_status query(std::string_view iface, std::uint32_t minor_min, sluice_interface* out) override {
    return sluice::provide(iface, SLUICE_AUTH_ID, minor_min, table_, this, out);
  }

  void configure(std::string_view json) override { judge_.adopt(parse_policies(json)); }

  void start() override {
    for (const ReasonWords& words : all_reasons()) {
      const std::string labels =
          "verdict=" + std::string(label_of(words.verdict)) + ",reason=" + std::string(words.label);
      decisions_[static_cast<std::size_t>(words.reason)] =
          sluice::Metric(host(), SLUICE_METRIC_COUNTER, "auth_decisions_total",
                         "Requests to publish or play that were judged, by outcome.", labels);
    }
    tell_policies();
  }

  void reconfigure(std::string_view json) override {
    judge_.adopt(parse_policies(json));
    tell_policies();
  }

 private:
  sluice_status authorise(const sluice_auth_request* request) {
    if (!request || request->struct_size < sizeof *request || !request->answer) return SLUICE_STATUS_ARGUMENT;
    if (request->action != SLUICE_ACTION_PUBLISH && request->action != SLUICE_ACTION_PLAY)
      return SLUICE_STATUS_ARGUMENT;
    const Question question = question_of(*request);
    const Decision decision = judge_.decide(question, moment());
    const ReasonWords& words = words_of(decision.reason);
    decisions_[static_cast<std::size_t>(decision.reason)].add();
    tell(question, decision);
    request->answer(request->ticket, abi_verdict(words.verdict), sluice::to_abi(words.sentence));
    return SLUICE_STATUS_OK;
  }

  static Question question_of(const sluice_auth_request& request) {
    const sluice_credentials& shown = request.credentials;
    return {request.action == SLUICE_ACTION_PUBLISH ? Action::publish : Action::play,
            sluice::from_abi(request.key),
            sluice::from_abi(request.peer.address),
            {sluice::from_abi(shown.user), sluice::from_abi(shown.password), sluice::from_abi(shown.token),
             sluice::from_abi(shown.query)},
            (request.peer.flags & SLUICE_PEER_LOCAL_MODULE) != 0};
  }

  static std::uint32_t abi_verdict(Verdict verdict) {
    if (verdict == Verdict::allow) return SLUICE_VERDICT_ALLOW;
    return verdict == Verdict::abstain ? SLUICE_VERDICT_ABSTAIN : SLUICE_VERDICT_DENY;
  }

  Moment moment() const {
    return {std::chrono::nanoseconds(host().now()), WallTime(std::chrono::nanoseconds(host().wall()))};
  }

  // Who was proved may be named; what an unknown peer called itself may be a password in the wrong field.
  void tell(const Question& question, const Decision& decision) const {
    const ReasonWords& words = words_of(decision.reason);
    host().debug(words.sentence, {{"stream", question.key},
                                  {"peer", question.address},
                                  {"verdict", label_of(words.verdict)},
                                  {"subject", decision.subject}});
    if (decision.began_block)
      host().warn("address shut out for 60 s after 10 failed attempts within 60 s",
                  {{"peer", question.address}});
  }

  void tell_policies() const {
    if (judge_.policies().everywhere.allows_nothing())
      host().warn("no users, tokens or rules are configured: whatever is not allowed in an app is refused");
  }

  sluice_auth table_{};
  Judge judge_;
  std::array<sluice::Metric, reason_count> decisions_;
};

}  // namespace

SLUICE_MODULE(AuthModule)
