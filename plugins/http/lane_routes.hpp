// LaneRoutes: the routes there are, as one lane sees them: the host tells it of each record.
#pragma once

#include <memory>
#include <unordered_map>

#include <sluice/registration.hpp>

#include "exchange.hpp"
#include "route.hpp"

namespace sluice::http {

// [lane] after start.
class LaneRoutes {
 public:
  using RoutePtr = std::shared_ptr<const Route>;
  struct Found {
    RoutePtr route;       // null: none
    Methods allowed = 0;  // of the path; 0: nobody answers it
  };

  // `tells`: one of the lanes writes the log.
  LaneRoutes(const Host& host, bool tells) : host_(host), tells_(tells), watch_(host) {}

  // Before the lane has work; what is registered is told on it, first of all.
  void start(sluice_lane* lane);
  // Fills request.params.
  Found find(Request& request) const;

 private:
  void on_change(const sluice_record_change& change);
  void add(const sluice_record_change& change);

  const Host& host_;
  const bool tells_;
  RecordWatch watch_;
  Router router_;
  std::unordered_map<std::uint64_t, RoutePtr> routes_;
};

}  // namespace sluice::http
