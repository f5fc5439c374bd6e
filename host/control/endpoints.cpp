#include "control/endpoints.hpp"

#include <algorithm>

namespace sluice::control {
namespace {

struct HostPort {
  std::string host;
  std::string port;
};

HostPort split(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return {address, {}};
  return {address.substr(0, colon), address.substr(colon + 1)};
}

// Reached by every address: shown as the one that always works from here.
bool is_every_address(const std::string& host) {
  return host.empty() || host == "0.0.0.0" || host == "[::]" || host == "*";
}

const BoundListener* listener_named(const EndpointFacts& facts, std::string_view name) {
  if (name.empty()) return facts.listeners.empty() ? nullptr : &facts.listeners.front();
  const auto found = std::find_if(facts.listeners.begin(), facts.listeners.end(),
                                  [name](const BoundListener& listener) { return listener.name == name; });
  return found == facts.listeners.end() ? nullptr : &*found;
}

struct Word {
  bool port = false;
  bool with_colon = false;
  std::string_view listener;
  std::string_view omitted_port;
};

std::optional<Word> parse_port_word(std::string_view text) {
  Word word;
  if (text.starts_with(':')) {
    word.with_colon = true;
    text.remove_prefix(1);
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    word.omitted_port = text.substr(slash + 1);
    text = text.substr(0, slash);
  }
  if (!text.starts_with("port")) return std::nullopt;
  text.remove_prefix(4);
  if (!text.empty() && text.front() != ':') return std::nullopt;
  word.port = true;
  word.listener = text.empty() ? text : text.substr(1);
  return word;
}

std::optional<std::string> value_of(std::string_view text, const EndpointFacts& facts, const HostPort& main) {
  if (text == "host") return main.host;
  if (text == "app") return facts.app;
  if (text == "name") return facts.name;
  const auto word = parse_port_word(text);
  if (!word) return std::nullopt;
  const BoundListener* listener = listener_named(facts, word->listener);
  if (listener == nullptr) return std::nullopt;
  std::string port = split(listener->addresses.front()).port;
  if (!word->with_colon) return port;
  return port == word->omitted_port ? "" : ':' + port;
}

// The listener the template is about: that of its first port word.
std::string_view listener_of(std::string_view url) {
  for (auto open = url.find('{'); open != std::string_view::npos; open = url.find('{', open + 1)) {
    const auto close = url.find('}', open);
    if (close == std::string_view::npos) break;
    if (const auto word = parse_port_word(url.substr(open + 1, close - open - 1))) return word->listener;
  }
  return {};
}

}  // namespace

std::vector<std::string> with_port(std::vector<std::string> addresses) {
  std::erase_if(addresses, [](const std::string& one) { return one.starts_with("unix:"); });
  return addresses;
}

std::optional<std::string> expand_endpoint(std::string_view url, const EndpointFacts& facts) {
  const BoundListener* listener = listener_named(facts, listener_of(url));
  if (listener == nullptr) return std::nullopt;
  HostPort main = split(listener->addresses.front());
  if (!facts.node_address.empty()) {
    main.host = facts.node_address;
  } else if (is_every_address(main.host)) {
    main.host = "127.0.0.1";
  }
  std::string out;
  while (!url.empty()) {
    const auto open = url.find('{');
    out += url.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = url.find('}', open);
    if (close == std::string_view::npos) return std::nullopt;
    const auto value = value_of(url.substr(open + 1, close - open - 1), facts, main);
    if (!value) return std::nullopt;
    out += *value;
    url.remove_prefix(close + 1);
  }
  return out;
}

std::string endpoint_table(const std::vector<Endpoint>& endpoints) {
  std::size_t role_width = 0;
  std::size_t module_width = 0;
  for (const Endpoint& endpoint : endpoints) {
    role_width = std::max(role_width, endpoint.role.size());
    module_width = std::max(module_width, endpoint.module.size());
  }
  std::string out;
  for (int rank = 0; rank < 3; ++rank) {
    for (const Endpoint& endpoint : endpoints) {
      const int own = endpoint.role == "publish" ? 0 : endpoint.role == "play" ? 1 : 2;
      if (own != rank) continue;
      out += "  " + endpoint.role + std::string(role_width - endpoint.role.size() + 2, ' ') +
             endpoint.module + std::string(module_width - endpoint.module.size() + 2, ' ') + endpoint.url +
             '\n';
    }
  }
  return out;
}

}  // namespace sluice::control
