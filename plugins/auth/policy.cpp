#include "policy.hpp"

#include <algorithm>

#include <sluice/stream_key.hpp>

namespace sluice::auth {

bool contains(const Networks& networks, const Address& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Network& one) { return one.contains(address); });
}

bool matches(const Patterns& patterns, std::string_view key) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const StreamPattern& one) { return one.matches(key); });
}

const User* Policy::user(std::string_view name, std::string_view password, const Address& address) const {
  static const StoredPassword decoy;
  const auto found = users.find(name);
  const bool known = found != users.end();
  const bool right = (known ? found->second.password : decoy).matches(password, password_rounds_);
  if (!known || !right) return nullptr;
  const User& user = found->second;
  return user.from.empty() || contains(user.from, address) ? &user : nullptr;
}

bool Policy::allows_nothing() const {
  return users.empty() && keys.empty() && allowed_from.publish.empty() && allowed_from.play.empty() &&
         anonymous.publish.empty() && anonymous.play.empty();
}

void Policy::add_user(std::string name, User user) {
  password_rounds_ = std::max(password_rounds_, user.password.iterations());
  users.insert_or_assign(std::move(name), std::move(user));
}

const Policy& Policies::of_stream(std::string_view key) const {
  const auto app = apps.find(stream_app(key));
  return app == apps.end() ? everywhere : app->second;
}

}  // namespace sluice::auth
