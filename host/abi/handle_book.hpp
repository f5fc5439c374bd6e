// The handles one module generation was given, as numbers that never come twice: what a host that checks
// calls (HostServices::check_calls) hands out instead of addresses. The number of what has ended is not
// found, and nothing is touched to learn that.
//
//   issue -> number -> find -> Entry        the seat's ledger lets go of the thing -> the number is forgotten
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace sluice {
struct Seat;
}
namespace sluice::engine {
class Lane;
}

namespace sluice::abi {

enum class HandleKind : std::uint8_t {
  timer,
  watch,
  op,
  publication,
  subscription,
  registry_watch,
  listener,
  connection,
  event_subscription,
  metric
};

class HandleBook {
 public:
  using Number = std::uint64_t;

  struct Entry {
    Seat* seat = nullptr;
    HandleKind kind = HandleKind::timer;
    void* thing = nullptr;
    const engine::Lane* owner = nullptr;  // where it may be used; null: on any thread
  };

  // Of a seat that has its name, before its module's first call; ends with the seat.
  explicit HandleBook(Seat& seat);
  ~HandleBook();
  HandleBook(const HandleBook&) = delete;
  HandleBook& operator=(const HandleBook&) = delete;

  // Once they are open, and empty before they close: the seat's own list may not be read by other threads.
  void know_lanes(std::vector<engine::Lane*> lanes);

  // [any] from here on. The same number for what is known already.
  Number issue(HandleKind kind, void* thing, const engine::Lane* owner);

  // A publication's frame that is being written; forgotten with the publication.
  Number lend(const void* publication, void* frame);
  void* take_back(const void* publication, Number number);  // null: it never was, or is no longer, lent

  // Which lane a handle belongs to that another room numbers itself.
  void place(Number number, const engine::Lane* owner);
  const engine::Lane* place_of(Number number) const;
  void forget_place(Number number);

  // Over all seats of this process that have a book.
  static std::optional<Entry> find(Number number);
  static Seat* seat_known(const void* self);
  static Seat* seat_with(const engine::Lane* lane);
  // Whose number it is or was.
  static Seat* seat_that_had(Number number);

 private:
  struct Draft {
    const void* publication;
    void* frame;
  };

  static void on_gone(void* book, void* thing);
  std::optional<Entry> look_up(Number number) const;

  Seat& seat_;
  const Number first_;  // its seat's share of all numbers begins here
  mutable std::mutex mutex_;
  Number next_;
  std::unordered_map<Number, Entry> entries_;
  std::unordered_map<const void*, Number> numbers_;  // by thing
  std::unordered_map<Number, Draft> drafts_;
  std::unordered_map<Number, const engine::Lane*> places_;
};

}  // namespace sluice::abi
