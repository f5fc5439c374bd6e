#include "arrival.hpp"

#include "wire/text.hpp"

namespace sluice::http {
namespace {

// Lower case, without port; an IPv6 address keeps its brackets.
Refusable<std::string> read_host(std::string_view text) {
  const std::size_t close = text.starts_with('[') ? text.find(']') : 0;
  const std::size_t colon = close == std::string_view::npos ? close : text.find(':', close);
  std::string host = lower(text.substr(0, colon));
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  bool fits = host.size() <= 253 && (port.empty() || (port.size() <= 5 && whole_number(port)));
  for (const char c : host)
    fits = fits && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    std::string_view("-._[]:").find(c) != std::string_view::npos);
  if (!fits) return Refusal{400, "The Host field is no host name with an optional port; send one."};
  return host;
}

}  // namespace

Refusable<Request> arrive(RequestHead head, const ArrivalFacts& facts) {
  Request out;
  out.method = method_of(head.method);
  if (out.method == 0)
    return Refusal{501, "This method is not served; use one of " + list_of(method_all) + "."};
  auto target = read_target(head.target);
  if (!target) return target.error();
  if (target->asterisk && out.method != method_options)
    return Refusal{400, "The target \"*\" is for OPTIONS alone; ask for a path."};
  auto host = read_host(target->authority.empty() ? head.field("host").value_or("") : target->authority);
  if (!host) return host.error();
  out.host = std::move(*host);
  out.target = std::move(*target);
  out.peer = forwarded_for(facts.peer, head.field("x-forwarded-for").value_or(""), facts.trusted_proxies)
                 .value_or(std::string(facts.peer));
  out.secure = facts.secure ||
               (head.field("x-forwarded-proto") == "https" && is_trusted(facts.peer, facts.trusted_proxies));
  out.head = std::move(head);
  return out;
}

}  // namespace sluice::http
