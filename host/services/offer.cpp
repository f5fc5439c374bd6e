#include "services/offer.hpp"

#include <algorithm>

#include "config/json_text.hpp"
#include "modules/selector.hpp"

namespace sluice::services {
namespace {

using nlohmann::json;

// "a (generation 1), b (generation 2)"
std::string owners(const Offers& offers) {
  std::string text;
  for (const auto& offer : offers) text += (text.empty() ? "" : ", ") + offer->owner().text();
  return text;
}

Failure nobody(const Offers& not_open, const std::string& iface) {
  if (not_open.empty()) {
    return {Errc::not_found, "no module that runs provides " + iface,
            "enable one; name the interface under module.requires, so that this is seen before the start"};
  }
  return {Errc::not_found, iface + " is provided by " + owners(not_open) + ", which takes no leases now",
          "try again when a module has come up (event module.state)"};
}

bool keep(Offers& offers, const auto& fits) {
  std::erase_if(offers, [&](const auto& offer) { return !fits(*offer); });
  return !offers.empty();
}

Granted<void> parse_selector(const std::string& text, json& out) {
  if (text.empty()) return {};
  const auto* hint = R"(give "NAME" with its quotes, or {"name": "NAME", "ATTRIBUTE": VALUE})";
  const auto parsed = config::JsonText::parse(text, {.file = "selector", .max_bytes = 4096});
  if (parsed.has_error()) return Failure{Errc::argument, parsed.error().text(), hint};
  out = parsed->value();
  if (out.is_string() || out.is_object()) return {};
  return Failure{Errc::argument, "selector: expected a string or an object, found " + config::picture(out),
                 hint};
}

}  // namespace

Granted<std::shared_ptr<Offer>> choose(const Offers& offers, const LeaseRequest& wanted) {
  json selector;
  if (const auto parsed = parse_selector(wanted.selector, selector); parsed.has_error())
    return parsed.error();
  Offers left = offers;
  keep(left, [&](const Offer& offer) { return offer.iface == wanted.iface; });
  const Offers all = left;
  if (!keep(left, [](const Offer& offer) { return offer.open(); })) return nobody(all, wanted.iface);
  const Offers open = left;
  if (!keep(left,
            [&](const Offer& offer) { return modules::selects(selector, offer.name, offer.attributes); })) {
    return Failure{Errc::not_found,
                   wanted.iface + " is provided by " + owners(open) + ", of which none fits the selector " +
                       wanted.selector.substr(0, 80),
                   "compare it with module.provides[].name and .attributes of the provider"};
  }
  const Offers selected = left;
  if (!keep(left, [&](const Offer& offer) { return offer.minor >= wanted.minor_min; })) {
    const auto& newest = **std::max_element(selected.begin(), selected.end(),
                                            [](const auto& a, const auto& b) { return a->minor < b->minor; });
    return Failure{Errc::not_supported,
                   newest.owner().text() + " serves " + wanted.iface + " up to minor " +
                       std::to_string(newest.minor) + ", wanted is " + std::to_string(wanted.minor_min),
                   "update " + newest.owner().id};
  }
  return *std::max_element(left.begin(), left.end(),
                           [](const auto& a, const auto& b) { return a->priority < b->priority; });
}

}  // namespace sluice::services
