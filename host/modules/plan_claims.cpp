#include "modules/plan_claims.hpp"

#include <algorithm>

namespace sluice::modules {
namespace {

std::vector<std::string> schemes_of(const Provision& provision) {
  const auto found = provision.attributes.find("schemes");
  return found == provision.attributes.end() ? std::vector<std::string>()
                                             : found->get<std::vector<std::string>>();
}

bool lists(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

const char* proto_name(Transport proto) { return proto == Transport::tcp ? "tcp" : "udp"; }

std::string prefer_hint(const std::string& id) {
  return "To choose this one, set \"modules\": {\"" + id +
         "\": {\"prefer\": true}}; or disable one of the two.";
}

}  // namespace

std::optional<Refusal> Claims::take(std::size_t i) {
  for (auto judge : {&Claims::refuse_conflict, &Claims::refuse_singleton, &Claims::refuse_scheme,
                     &Claims::refuse_address, &Claims::refuse_library})
    if (auto refusal = (this->*judge)(i)) return refusal;
  admitted_.push_back(i);
  for (const Provision& provision : draft_.manifest(i).provides) {
    providers_.emplace(provision.iface, i);
    if (provision.singleton) singletons_.emplace(provision.iface, i);
    for (const std::string& scheme : schemes_of(provision))
      schemes_.emplace(std::pair(provision.iface, scheme), i);
  }
  for (Bound& one : addresses_of(i)) bound_.push_back(std::move(one));
  for (const BundledLibrary& one : draft_.plan.entries[i].candidate.preflight.bundled)
    libraries_.emplace(one.soname, i);
  return std::nullopt;
}

std::optional<Refusal> Claims::refuse_conflict(std::size_t i) const {
  const Manifest& own = draft_.manifest(i);
  for (const std::size_t other : admitted_) {
    const Manifest& rival = draft_.manifest(other);
    if (!lists(own.conflicts, rival.id) && !lists(rival.conflicts, own.id)) continue;
    return Refusal{"SL-DUP-003",
                   "conflicts with " + draft_.name_and_path(other) + ", as " +
                       (lists(own.conflicts, rival.id) ? own.id : rival.id) + " declares",
                   own.path, prefer_hint(own.id)};
  }
  return std::nullopt;
}

std::optional<Refusal> Claims::refuse_singleton(std::size_t i) const {
  const Manifest& own = draft_.manifest(i);
  for (const Provision& provision : own.provides) {
    auto found = singletons_.find(provision.iface);
    if (found == singletons_.end() && provision.singleton) {
      found = providers_.find(provision.iface);
      if (found == providers_.end()) continue;
    } else if (found == singletons_.end()) {
      continue;
    }
    return Refusal{"SL-DUP-003",
                   "a second provider of " + provision.iface +
                       ", of which there can be one: " + draft_.name_and_path(found->second) + " has it",
                   own.path, prefer_hint(own.id)};
  }
  return std::nullopt;
}

std::optional<Refusal> Claims::refuse_scheme(std::size_t i) const {
  const Manifest& own = draft_.manifest(i);
  for (const Provision& provision : own.provides)
    for (const std::string& scheme : schemes_of(provision))
      if (const auto found = schemes_.find({provision.iface, scheme}); found != schemes_.end())
        return Refusal{"SL-RES-001",
                       "scheme " + scheme + " of " + provision.iface + " is taken: " + draft_.name(i) +
                           " and " + draft_.name_and_path(found->second) + " both claim it",
                       own.path, prefer_hint(own.id)};
  return std::nullopt;
}

std::vector<Claims::Bound> Claims::addresses_of(std::size_t i) const {
  std::vector<Bound> out;
  for (const Listener& listener : draft_.plan.entries[i].listeners)
    for (const config::ListenAddress& address : listener.addresses)
      out.push_back({listener.declared.proto, address, listener.declared.name, i});
  return out;
}

std::optional<Refusal> Claims::refuse_address(std::size_t i) const {
  std::vector<Bound> taken = bound_;
  for (Bound& wanted : addresses_of(i)) {
    for (const Bound& other : taken) {
      if (other.proto != wanted.proto || !config::collide(other.address, wanted.address)) continue;
      return Refusal{"SL-RES-001",
                     std::string(proto_name(wanted.proto)) +
                         (wanted.address.kind == config::HostKind::path
                              ? " socket " + wanted.address.host
                              : " port " + std::to_string(wanted.address.port)) +
                         " is taken: " + draft_.name(i) + " wants " + wanted.address.text() + " for `" +
                         wanted.listener + "`, " + draft_.name_and_path(other.owner) + " has " +
                         other.address.text() + " for `" + other.listener + "`",
                     draft_.manifest(i).path,
                     "Give one of them another address under \"modules\": {ID: {\"config\": {…}}}."};
    }
    taken.push_back(std::move(wanted));
  }
  return std::nullopt;
}

std::optional<Refusal> Claims::refuse_library(std::size_t i) const {
  for (const BundledLibrary& own : draft_.plan.entries[i].candidate.preflight.bundled) {
    std::string owner;
    for (const LoadedLibrary& one : draft_.loaded)
      if (one.soname == own.soname && one.sha256 != own.sha256) owner = one.owner;
    if (const auto found = libraries_.find(own.soname); found != libraries_.end()) {
      const auto& theirs = draft_.plan.entries[found->second].candidate.preflight.bundled;
      const auto same =
          std::find_if(theirs.begin(), theirs.end(), [&](const auto& t) { return t.soname == own.soname; });
      if (same->sha256 != own.sha256) owner = draft_.name(found->second) + " (" + same->path + ")";
    }
    if (owner.empty()) continue;
    return Refusal{"SL-ELF-010",
                   "brings a " + own.soname + " of its own, but " + owner +
                       " brings other bytes under that name: " + draft_.name(i) + " would get that copy",
                   own.path, "Link the library statically, or give it a SONAME of its own."};
  }
  return std::nullopt;
}

}  // namespace sluice::modules
