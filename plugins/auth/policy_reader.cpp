// From JSON to Policies. The host has checked the schema already; what a schema cannot say is said here, and
// what it can is not taken on trust.
#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include <sluice/error.hpp>

#include "credentials.hpp"
#include "policy.hpp"

namespace sluice::auth {
namespace {

using Json = nlohmann::json;

constexpr std::size_t user_count_limit = 1024;
constexpr std::size_t rule_limit = 256;
constexpr std::size_t app_limit = 1024;
constexpr std::int64_t leeway_limit = 300;
constexpr std::size_t secret_minimum = 16;

[[noreturn]] void refuse(const std::string& pointer, const std::string& what, const std::string& remedy) {
  throw Error(SLUICE_STATUS_ARGUMENT, (pointer.empty() ? "/" : pointer) + ": " + what, remedy);
}

// A value and where it stands.
class Place {
 public:
  Place(const Json& value, std::string pointer) : value_(&value), pointer_(std::move(pointer)) {}

  const Json& value() const { return *value_; }
  [[noreturn]] void refuse(const std::string& what, const std::string& remedy) const {
    auth::refuse(pointer_, what, remedy);
  }

  Place at(const std::string& name) const {
    static const Json absent;
    const auto found = value_->find(name);
    std::string token;
    for (const char c : name) token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return {found == value_->end() ? absent : *found, pointer_ + "/" + token};
  }

  Place element(std::size_t index) const {
    return {(*value_)[index], pointer_ + "/" + std::to_string(index)};
  }

  // False when it is not there.
  bool object(std::initializer_list<std::string_view> members) const {
    if (value_->is_null()) return false;
    if (!value_->is_object()) refuse("expected an object", "write {...}");
    for (const auto& [name, member] : value_->items())
      if (std::find(members.begin(), members.end(), name) == members.end())
        at(name).refuse("not known here", "known: " + listed(members));
    return true;
  }

  std::size_t list(std::size_t limit) const {
    if (value_->is_null()) return 0;
    if (!value_->is_array()) refuse("expected a list", "write [...]");
    if (value_->size() > limit)
      refuse("has " + std::to_string(value_->size()) + " entries", "at most " + std::to_string(limit));
    return value_->size();
  }

  const std::string& text(std::size_t limit) const {
    if (!value_->is_string()) refuse("expected a string", "write \"...\"");
    const auto& text = value_->get_ref<const std::string&>();
    if (text.empty() || text.size() > limit)
      refuse("has " + std::to_string(text.size()) + " bytes", "1 to " + std::to_string(limit) + " bytes");
    return text;
  }

 private:
  static std::string listed(std::initializer_list<std::string_view> names) {
    std::string out;
    for (const std::string_view name : names) out.append(out.empty() ? "" : ", ").append(name);
    return out;
  }

  const Json* value_;
  std::string pointer_;
};

std::string quoted(const std::string& text) { return "`" + text.substr(0, 128) + "`: "; }

Networks read_networks(const Place& place) {
  Networks out;
  const std::size_t count = place.list(rule_limit);
  for (std::size_t i = 0; i < count; ++i) {
    const Place element = place.element(i);
    const std::string& text = element.text(64);
    const auto network = Network::parse(text);
    if (!network && network.error() == boost::system::errc::argument_out_of_domain)
      element.refuse(quoted(text) + make_error_code(Errc::network_has_host_bits).message(),
                     "clear them, as in 10.0.0.0/8, or leave out the length to mean one address");
    if (!network)
      element.refuse(quoted(text) + make_error_code(Errc::bad_network).message(),
                     "write 192.0.2.7, 10.0.0.0/8, 2001:db8::1 or 2001:db8::/32");
    out.push_back(*network);
  }
  return out;
}

Patterns read_patterns(const Place& place) {
  Patterns out;
  const std::size_t count = place.list(rule_limit);
  for (std::size_t i = 0; i < count; ++i) {
    const Place element = place.element(i);
    const std::string& text = element.text(255);
    const auto pattern = StreamPattern::parse(text);
    if (!pattern)
      element.refuse(quoted(text) + pattern.error().message(),
                     "write app/name, app/* (one segment), app/** (all below) or ** (every stream)");
    out.push_back(*pattern);
  }
  return out;
}

PerAction<bool> read_roles(const Place& place) {
  PerAction<bool> out;
  const std::size_t count = place.list(2);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& role = place.element(i).text(16);
    if (role != "publish" && role != "play") place.element(i).refuse("not a role", "publish or play");
    out[role == "publish" ? Action::publish : Action::play] = true;
  }
  if (count == 0) place.refuse("a user needs a role", "write [\"publish\"], [\"play\"] or both");
  return out;
}

StoredPassword read_password(const Place& user) {
  const Place plain = user.at("password");
  const Place hash = user.at("password_hash");
  if (plain.value().is_null() == hash.value().is_null())
    user.refuse("a user has either `password` or `password_hash`",
                plain.value().is_null() ? "add one of them" : "remove one of them");
  if (hash.value().is_null()) return StoredPassword::from_plain(plain.text(password_limit));
  const auto stored = StoredPassword::parse_hash(hash.text(256));
  if (!stored)
    hash.refuse(stored.error().message(), "make it anew as the guide shows, or give `password` instead");
  return *stored;
}

void read_users(const Place& place, Policy& policy) {
  const std::size_t count = place.list(user_count_limit);
  for (std::size_t i = 0; i < count; ++i) {
    const Place entry = place.element(i);
    if (!entry.object({"name", "password", "password_hash", "roles", "streams", "addresses"}))
      entry.refuse("expected a user", "write {\"name\", \"password\", \"roles\", \"streams\"}");
    const std::string& name = entry.at("name").text(user_limit);
    if (policy.users.contains(name))
      entry.at("name").refuse("this name is taken by an earlier user", "give each user a name of his own");
    User user{read_password(entry), read_roles(entry.at("roles")), read_patterns(entry.at("streams")),
              read_networks(entry.at("addresses"))};
    if (user.streams.empty())
      entry.at("streams").refuse("a user needs at least one stream", "write [\"**\"] for every stream");
    policy.add_user(name, std::move(user));
  }
}

bool is_key_id(const std::string& id) {
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void read_tokens(const Place& place, Policy& policy) {
  if (!place.object({"keys", "leeway_seconds"})) return;
  const Place keys = place.at("keys");
  const std::size_t count = keys.list(token_key_limit);
  for (std::size_t i = 0; i < count; ++i) {
    const Place entry = keys.element(i);
    if (!entry.object({"id", "secret"})) entry.refuse("expected a key", "write {\"id\", \"secret\"}");
    const std::string& id = entry.at("id").text(32);
    if (!is_key_id(id)) entry.at("id").refuse("not the name of a key", "use A-Z a-z 0-9 _ and -");
    for (const TokenKey& earlier : policy.keys)
      if (earlier.id == id)
        entry.at("id").refuse("this id is taken by an earlier key", "give each key its own");
    const std::string& secret = entry.at("secret").text(256);
    if (secret.size() < secret_minimum)
      entry.at("secret").refuse("a secret of fewer than 16 bytes can be guessed",
                                "use: openssl rand -hex 32");
    policy.keys.push_back({id, secret});
  }
  const Place leeway = place.at("leeway_seconds");
  if (leeway.value().is_null()) return;
  if (!leeway.value().is_number_unsigned() || leeway.value().get<std::uint64_t>() > leeway_limit)
    leeway.refuse("expected seconds", "an integer from 0 to 300");
  policy.leeway = std::chrono::seconds(leeway.value().get<std::int64_t>());
}

template <class Read>
auto read_per_action(const Place& place, Read&& read) {
  PerAction<decltype(read(place))> out;
  if (!place.object({"publish", "play"})) return out;
  out.publish = read(place.at("publish"));
  out.play = read(place.at("play"));
  return out;
}

Policy read_policy(const Place& place) {
  Policy policy;
  if (!place.object({"users", "tokens", "addresses", "anonymous", "without_credentials"})) return policy;
  if (const Place addresses = place.at("addresses"); addresses.object({"deny", "allow"})) {
    policy.denied_from = read_per_action(addresses.at("deny"), read_networks);
    policy.allowed_from = read_per_action(addresses.at("allow"), read_networks);
  }
  policy.anonymous = read_per_action(place.at("anonymous"), read_patterns);
  read_users(place.at("users"), policy);
  read_tokens(place.at("tokens"), policy);
  if (const Place last = place.at("without_credentials"); !last.value().is_null()) {
    const std::string& answer = last.text(16);
    if (answer != "deny" && answer != "abstain") last.refuse("not an answer", "deny or abstain");
    policy.abstain_without_credentials = answer == "abstain";
  }
  return policy;
}

}  // namespace

Policies parse_policies(std::string_view json) {
  const Json whole = Json::parse(json.begin(), json.end(), nullptr, false);
  if (!whole.is_object()) refuse("", "expected an object", "the host gives {\"config\", \"apps\"}");
  const Place root(whole, "");
  Policies out;
  out.everywhere = read_policy(root.at("config"));
  const Json& apps = root.at("apps").value();
  if (apps.is_null()) return out;
  if (!apps.is_object() || apps.size() > app_limit)
    root.at("apps").refuse("expected an object", "at most " + std::to_string(app_limit) + " apps by name");
  for (const auto& [name, config] : apps.items())
    out.apps.emplace(name, read_policy(root.at("apps").at(name)));
  return out;
}

}  // namespace sluice::auth
