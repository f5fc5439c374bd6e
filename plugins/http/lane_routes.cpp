#include "lane_routes.hpp"

#include <sluice/abi/http.h>

namespace sluice::http {

void LaneRoutes::start(sluice_lane* lane) {
  watch_.start(lane, SLUICE_HTTP_ID, [this](const sluice_record_change& change) { on_change(change); });
}

void LaneRoutes::on_change(const sluice_record_change& change) {
  if (change.change == SLUICE_RECORD_REPLACED) {
    router_.remove(change.replaced);
    routes_.erase(change.replaced);
  }
  if (change.change != SLUICE_RECORD_REMOVED) return add(change);
  router_.remove(change.registration);
  routes_.erase(change.registration);
}

void LaneRoutes::add(const sluice_record_change& change) {
  const std::string_view name = from_abi(change.name), owner = from_abi(change.module);
  try {
    if (from_abi(change.kind) != "route")
      throw Error(SLUICE_STATUS_ARGUMENT, "kind: expected \"route\", there is no other");
    auto route = std::make_shared<Route>(read_route(name, from_abi(change.details)));
    route->owner = owner;
    route->registration = change.registration;
    const auto before = router_.add(change.registration, route->name);
    routes_[change.registration] = std::move(route);
    if (!tells_) return;
    host_.debug("route added", {{"route", name}, {"owner", owner}});
    if (before != 0)
      host_.warn("two routes for the same requests: the first one registered answers, the other waits",
                 {{"first", routes_.at(before)->title},
                  {"first owner", routes_.at(before)->owner},
                  {"second", name},
                  {"second owner", owner}});
  } catch (const Error& error) {
    if (tells_)
      host_.warn("a route cannot be used",
                 {{"route", name},
                  {"owner", owner},
                  {"why", error.what()},
                  {"remedy", "mend the record; sluice/abi/http.h says what stands in it"}});
  }
}

LaneRoutes::Found LaneRoutes::find(Request& request) const {
  auto found = router_.find(request.method, request.host, request.target.segments);
  if (found.route == 0) return {nullptr, found.allowed};
  request.params = std::move(found.params);
  return {routes_.at(found.route), found.allowed};
}

}  // namespace sluice::http
