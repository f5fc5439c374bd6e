// The room behind sluice.services/1: who provides what, who holds a lease on it, what is registered with
// whom, and the calls between modules that are under way.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "modules/manifest.hpp"
#include "modules/platform.hpp"
#include "services/journal.hpp"
#include "services/offer.hpp"
#include "services/party.hpp"
#include "services/requests.hpp"

namespace sluice::services {

struct Lease;
struct Call;
struct Registered;
struct Watch;

struct Limits {
  std::size_t queued_calls = 4096;       // at one module, not begun; full: BUSY
  std::size_t open_calls = 65'536;       // of one module, and owed by one module; full: BUSY
  std::uint64_t held_bytes = 64u << 20;  // questions one module owes answers to; answers one has not read
  std::uint64_t message_bytes = 256u << 10;
  std::size_t message_frames = 16'384;
  std::size_t held_frames = 1u << 20;  // of answers one module has not read
  std::size_t leases = 4096;           // of one module
  std::size_t records = 4096;          // of one module
  std::size_t watches = 256;           // of one module
};

class Services {
 public:
  // [any] A module misbehaved; never under a lock of this room.
  using Complain = std::function<void(const std::string& module, const std::string& message)>;

  // `of_host`: what the host itself provides, for the picture.
  explicit Services(Complain complain, std::vector<modules::HostInterface> of_host = {}, Limits limits = {});
  ~Services();  // everybody has left
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  // ---- For whoever runs modules; all [any] ----

  // Before the module's first call. With a current generation of the same module on board this one waits:
  // what it offers and registers is held back until `activate`.
  void join(Seat& seat, std::vector<modules::Requirement> needs);
  // It serves, and will answer calls of this interface by `serve` on its [control]; null: it can be leased
  // but not called. Its lanes are open until `leave`.
  void provider_up(Seat& seat, const modules::Provision& provision, Serve serve);
  // It is about to stop: no new leases, those there are are revoked, its watches end. What is registered for
  // its interfaces stays with the owners. Calls still go through. Again: nothing happens.
  void provider_down(Seat& seat, std::string_view reason);
  // Leases of others on what it provides. It may stop when there are none.
  std::size_t leases_out(const Seat& seat) const;
  // "acme.player (generation 1) holds 2 leases on com.acme.metering/1"; empty: nobody holds any.
  std::string lease_holders(const Seat& seat) const;
  // Calls it has not answered.
  std::size_t calls_owed(const Seat& seat) const;
  // Whether each of its watches was told all there is.
  bool caught_up(const Seat& seat) const;
  // The switch from the generation before to this one: from now on its offers are leased and its records
  // hold, for watchers in one step. What the older one offers and has registered is replaced or removed; it
  // still answers what it is asked by number.
  void activate(Seat& seat);
  // Its threads have ended, or never will: everything of it is taken back, what it owes ends with GONE. After
  // its ledger was reclaimed, before its lanes are closed.
  void leave(Seat& seat);

  // {providers, requirers, leases, records, watches: arrays; calls: how many are open}
  nlohmann::json graph() const;

  // ---- For modules; [any] unless said. The seat is the caller's; numbers of others are NOT_FOUND ----

  struct Leased {
    Number lease = 0;
    std::shared_ptr<const Offer> offer;  // lives as long as the lease
  };
  Granted<Leased> acquire(Seat& seat, LeaseRequest request);
  Errc release(Seat& seat, Number lease);  // [lane] of the lease

  Granted<Number> request(Seat& seat, Number lease, CallRequest request);
  Granted<Number> invoke(Seat& seat, Number registration, CallRequest request);
  Errc cancel(Seat& seat, Number call);
  // Keeps the frames until the asker has read them; the caller holds them meanwhile.
  Errc answer(Seat& seat, Number ticket, sluice_status status, BytesView bytes, FramesView frames = {});

  Granted<Number> record_add(Seat& seat, RecordRequest request);
  Errc record_withdraw(Seat& seat, Number registration);  // [lane] of the record
  Granted<Number> watch_start(Seat& seat, engine::Lane& lane, const std::string& iface,
                              std::function<void(const RecordChange&)> changed);
  Errc watch_stop(Seat& seat, Number watch);  // [lane] of the watch

 private:
  using PartyPtr = std::shared_ptr<Party>;
  friend struct Lease;
  friend struct Call;
  friend struct Registered;
  friend struct Watch;

  // Under the mutex, all of these.
  PartyPtr party_of(const Seat& seat) const;
  Granted<PartyPtr> asking(const Seat& seat, const engine::Lane* lane) const;
  void revoke(Offer& offer, const std::string& reason);
  void forget_lease(std::shared_ptr<Lease> lease);
  Granted<Number> begin_call(const PartyPtr& asker, const std::shared_ptr<Door>& door, CallRequest request);
  static void discharge(Call& call);
  void decide(const std::shared_ptr<Call>& call, sluice_status status, BytesView answer,
              FramesView frames = {});
  void settle(std::shared_ptr<Call> call);
  std::size_t end_calls_of(const Party& party);
  void withdraw(std::shared_ptr<Registered> registered);
  void tell_watches(const std::string& iface);
  static void end_watch(Watch& watch);
  void forget_watch(std::shared_ptr<Watch> watch);
  bool caught_up(const Watch& watch) const;
  std::string state_of(const Record& record) const;
  std::vector<std::string> who_meets(const modules::Requirement& need) const;

  // On lanes, without it.
  void tell_revoked(const std::shared_ptr<Lease>& lease);
  void serve(const std::shared_ptr<Call>& call);
  void complete(const std::shared_ptr<Call>& call);
  void tell_changes(const std::shared_ptr<Watch>& watch);

  const Complain complain_;
  const std::vector<modules::HostInterface> of_host_;
  const Limits limits_;
  mutable std::mutex mutex_;
  Number last_number_ = 0;
  std::vector<PartyPtr> parties_;  // in the order they joined
  Offers offers_;
  std::map<Number, std::shared_ptr<Lease>> leases_;
  std::unordered_map<Number, std::shared_ptr<Call>> calls_;
  std::map<Number, std::shared_ptr<Registered>> registered_;
  std::map<Number, std::shared_ptr<Watch>> watches_;
  Journal journal_;
};

}  // namespace sluice::services
