// What modules hold of this room. Everything that changes is under the room's mutex; a notice on its way
// keeps its holding alive.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "services/journal.hpp"
#include "services/notice.hpp"
#include "services/offer.hpp"
#include "services/services.hpp"

namespace sluice::services {

// The members every holding has: made by `room` for `owner`, on whose `lane` it is told.
struct Holding {
  Holding(Services& room, Number number, std::shared_ptr<Party> owner, engine::Lane& lane)
      : room(room), number(number), owner(std::move(owner)), lane(lane) {}

  Services& room;
  const Number number;
  const std::shared_ptr<Party> owner;
  engine::Lane& lane;
};

// Reads a notice of a T by a method of the room; of a lane that ended, nobody is told.
template <class T, void (Services::*told)(const std::shared_ptr<T>&)>
void read_notice(const std::shared_ptr<void>& sender, bool lane_runs) {
  if (!lane_runs) return;
  const auto holding = std::static_pointer_cast<T>(sender);
  (holding->room.*told)(holding);
}

struct Lease : Holding {
  Lease(Services& room, Number number, std::shared_ptr<Party> owner, LeaseRequest request,
        std::shared_ptr<Offer> leased)
      : Holding(room, number, std::move(owner), *request.lane),
        revoked(std::move(request.revoked)),
        offer(std::move(leased)) {}
  static void reclaim(void* lease);
  static void read(const std::shared_ptr<void>& sender, bool lane_runs) {
    read_notice<Lease, &Services::tell_revoked>(sender, lane_runs);
  }

  bool of_another() const { return offer->door->owner != owner; }

  const std::function<void(Number, std::string_view)> revoked;
  const std::shared_ptr<Offer> offer;
  Notice notice{&Lease::read};
  std::string reason;  // of its revocation
  bool is_revoked = false;
  bool released = false;
};

struct Call : Holding {
  enum class Phase { queued, asked, decided };

  Call(Services& room, Number number, std::shared_ptr<Party> asker, CallRequest request,
       std::shared_ptr<Door> callee)
      : Holding(room, number, std::move(asker), *request.lane),
        request(std::move(request)),
        door(std::move(callee)) {}
  static void reclaim(void* call);
  static void read_question(const std::shared_ptr<void>& sender, bool lane_runs) {
    read_notice<Call, &Services::serve>(sender, lane_runs);
  }
  static void read_answer(const std::shared_ptr<void>& sender, bool lane_runs) {
    read_notice<Call, &Services::complete>(sender, lane_runs);
  }

  const CallRequest request;
  const std::shared_ptr<Door> door;
  Notice question{&Call::read_question};  // to the door's lane
  Notice completion{&Call::read_answer};  // to the asker's
  Phase phase = Phase::queued;
  sluice_status status = SLUICE_STATUS_INTERNAL;
  Bytes answer;
  FrameList frames;
  bool settled = false;  // completed, or its asker has gone
};

struct Watch : Holding {
  Watch(Services& room, Number number, std::shared_ptr<Party> owner, engine::Lane& lane, std::string of,
        std::function<void(const RecordChange&)> to)
      : Holding(room, number, std::move(owner), lane), iface(std::move(of)), changed(std::move(to)) {}
  static void reclaim(void* watch);
  static void read(const std::shared_ptr<void>& sender, bool lane_runs) {
    read_notice<Watch, &Services::tell_changes>(sender, lane_runs);
  }

  const std::string iface;
  const std::function<void(const RecordChange&)> changed;
  Notice notice{&Watch::read};
  Journal::Told told;            // as it will be when all that is due was told
  std::deque<RecordChange> due;  // not told yet
  std::uint64_t seen = 0;        // revision up to which `told` is
  bool telling = false;
  bool ended = false;
};

struct Registered : Holding {
  Registered(Services& room, Number number, std::shared_ptr<Party> owner, engine::Lane& lane, RecordPtr of)
      : Holding(room, number, std::move(owner), lane), record(std::move(of)) {}
  static void reclaim(void* registered);

  const RecordPtr record;
};

// The holding of this number, if it is the seat's.
template <class Map>
typename Map::mapped_type held_by(const Map& map, const Seat& seat, Number number) {
  const auto found = map.find(number);
  return found == map.end() || found->second->owner->seat != &seat ? nullptr : found->second;
}

template <class Map>
std::vector<typename Map::mapped_type> all_held_by(const Map& map, const Party& party) {
  std::vector<typename Map::mapped_type> held;
  for (const auto& [number, holding] : map) {
    if (holding->owner.get() == &party) held.push_back(holding);
  }
  return held;
}

}  // namespace sluice::services
