// Allows who shows one of the configured secrets, as token or password, and abstains otherwise: the next auth
// module is asked, and where none allows, the host refuses.
#include <sluice/json.hpp>
#include <sluice/module.hpp>
#include <sluice/provide.hpp>

#include "secrets.hpp"

namespace {

class Door final : public sluice::Module {
 public:
  explicit Door(const sluice_host* host) : Module(host) {
    table_.struct_size = sizeof table_;
    table_.authorise = [](void* self, const sluice_auth_request* request) noexcept {
      return sluice::at_boundary(nullptr, [&] { return static_cast<Door*>(self)->authorise(request); });
    };
  }

  // What the manifest says under `provides`.
  sluice_status query(std::string_view iface, std::uint32_t minor_min, sluice_interface* out) override {
    return sluice::provide(iface, SLUICE_AUTH_ID, minor_min, table_, this, out);
  }

  // All or nothing: what throws leaves the old list in force.
  void configure(std::string_view text) override {
    const sluice::Json json(text);
    std::vector<Secret> secrets;
    for (std::uint64_t i = 0; i < json.count("/config/secrets"); ++i) {
      const std::string entry = "/config/secrets/" + std::to_string(i);
      secrets.push_back({json.text(entry + "/name"), json.text(entry + "/secret")});
    }
    secrets_ = std::move(secrets);
  }
  void reconfigure(std::string_view text) override { configure(text); }

  void start() override {
    if (secrets_.empty()) host().warn("no secrets are configured: this module allows nobody");
  }

 private:
  // Answers before it returns. An answer that needs time keeps the ticket and comes within five seconds.
  sluice_status authorise(const sluice_auth_request* request) {
    if (!request || request->struct_size < sizeof *request || !request->answer) return SLUICE_STATUS_ARGUMENT;
    const sluice_credentials& shown = request->credentials;
    const Secret* owner = owner_of(secrets_, sluice::from_abi(shown.token));
    if (!owner) owner = owner_of(secrets_, sluice::from_abi(shown.password));
    const std::string reason = owner ? "the secret of " + owner->name : "no secret of ours";
    request->answer(request->ticket, owner ? SLUICE_VERDICT_ALLOW : SLUICE_VERDICT_ABSTAIN,
                    sluice::to_abi(reason));
    return SLUICE_STATUS_OK;
  }

  sluice_auth table_{};
  std::vector<Secret> secrets_;
};

}  // namespace

SLUICE_MODULE(Door)
