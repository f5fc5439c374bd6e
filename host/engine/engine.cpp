#include "engine/engine.hpp"

#include "abi/seat.hpp"
#include "engine/lane.hpp"
#include "engine/lane_table.hpp"
#include "engine/publication.hpp"
#include "engine/slab_store.hpp"
#include "engine/stream_table.hpp"
#include "engine/subscription.hpp"

namespace sluice::engine {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "engine"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::ok:
        return "fine";
      case Errc::argument:
        return "the call itself is wrong";
      case Errc::state:
        return "not in this state";
      case Errc::not_found:
        return "not found";
      case Errc::busy:
        return "taken, or a queue is full";
      case Errc::denied:
        return "not allowed";
      case Errc::not_supported:
        return "not supported";
      case Errc::limit:
        return "a configured bound would be exceeded";
      case Errc::no_memory:
        return "the frame memory is used up";
      case Errc::io:
        return "input or output failed";
      case Errc::media:
        return "media that cannot be used as it is";
      case Errc::cancelled:
        return "cancelled";
      case Errc::timeout:
        return "too late";
      case Errc::gone:
        return "it has ended";
    }
    return "unknown";
  }
};

}  // namespace

error_code make_error_code(Errc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

Engine::Engine(Options options, Clock& clock, EventSink& events, Authoriser& authoriser)
    : options_(std::move(options)),
      clock_(clock),
      slabs_(std::make_unique<SlabStore>(options_.memory_budget)),
      lanes_(std::make_unique<LaneTable>(clock, options_.inbox_slots)),
      table_(std::make_unique<StreamTable>(options_, clock, events, authoriser, *slabs_)) {}

Engine::~Engine() = default;

Lane* Engine::lane_open(Seat& seat, unsigned index) {
  seat.shut = false;
  return lanes_->open(seat, index);
}

void Engine::lane_end(Lane* lane) { lane->end(); }

void Engine::lane_close(Lane* lane) { lanes_->close(lane); }

bool Engine::tick() {
  const bool soon = table_->tick();
  lanes_->tick();
  return soon;
}

nlohmann::json Engine::streams() const { return table_->streams(); }

nlohmann::json Engine::viewers(std::string_view key) const { return table_->viewers(key); }

nlohmann::json Engine::totals() const {
  nlohmann::json facts = table_->totals();
  facts["lanes"] = lanes_->open_count();
  return facts;
}

std::uint64_t Engine::revision() const { return table_->revision(); }

PublisherHoldings Engine::holdings(const Seat& seat) const { return table_->holdings(seat); }

std::size_t Engine::kick(std::string_view stream, std::optional<std::uint64_t> viewer,
                         std::string_view reason) {
  return table_->kick(stream, viewer, reason);
}

void Engine::shut_for_new(Seat& seat) { table_->shut_for_new(seat); }
void Engine::activate(Seat& seat) { table_->activate(seat); }

void Engine::revoke(Seat& seat) { table_->revoke(seat); }

void Engine::packager_up(PackagerOffer offer) { table_->packager_up(std::move(offer)); }
void Engine::packager_down(Seat& seat) { table_->packager_down(seat); }
std::size_t Engine::packagings(const Seat& seat) const { return table_->packagings(seat); }
void Engine::dismiss_packagings(Seat& seat) { table_->dismiss_packagings(seat); }
void Engine::abandon_packagings(Seat& seat) { table_->abandon_packagings(seat); }

Errc Engine::publish_begin(Seat& seat, Lane& lane, PublishRequest request,
                           std::unique_ptr<PublishListener> listener, Operation** out) {
  return table_->publish_begin(seat, lane, std::move(request), std::move(listener), out);
}

Errc Engine::subscribe_begin(Seat& seat, Lane& lane, SubscribeRequest request,
                             std::unique_ptr<SubscribeListener> listener, Operation** out) {
  return table_->subscribe_begin(seat, lane, std::move(request), std::move(listener), out);
}

Errc Engine::watch_start(Seat& seat, Lane& lane, std::uint64_t revision,
                         std::unique_ptr<WatchListener> listener, RegistryWatch** out) {
  return table_->watch_start(seat, lane, revision, std::move(listener), out);
}

void Engine::cancel(Operation* operation) { operation->table.cancel(*operation); }

void Engine::publication_end(Publication* publication, End how, std::string_view reason) {
  publication->table().publication_end(*publication, how, reason);
}

void Engine::subscription_close(Subscription* subscription, std::string_view reason) {
  subscription->table().subscription_close(*subscription, reason);
}

void Engine::watch_stop(RegistryWatch* watch) { watch->table().watch_stop(*watch); }

}  // namespace sluice::engine
