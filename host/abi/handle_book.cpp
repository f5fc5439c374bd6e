#include "abi/handle_book.hpp"

#include <algorithm>
#include <utility>

#include "abi/seat.hpp"

namespace sluice::abi {
namespace {

constexpr unsigned seat_shift = 40;  // numbers of one seat: 10^12, more than it can use up

// Methods about a handle are not told whose it is, so all books of the process are in one place.
struct Shelf {
  std::mutex mutex;
  HandleBook::Number last_seat = 0;
  struct Book {
    HandleBook* book;
    Seat* seat;
    std::vector<engine::Lane*> lanes;
  };
  std::unordered_map<HandleBook::Number, Book> books;  // by seat number
};

Shelf& shelf() {
  static auto* const all = new Shelf;  // a thread that was left behind may still ask
  return *all;
}

template <class Condition>
Seat* first_seat(const Condition& fits) {
  const std::lock_guard lock(shelf().mutex);
  for (const auto& [number, book] : shelf().books) {
    if (fits(book)) return book.seat;
  }
  return nullptr;
}

}  // namespace

HandleBook::HandleBook(Seat& seat)
    : seat_(seat),
      first_([] {
        const std::lock_guard lock(shelf().mutex);
        return ++shelf().last_seat << seat_shift;
      }()),
      next_(first_) {
  seat_.ledger.follow(&HandleBook::on_gone, this);
  const std::lock_guard lock(shelf().mutex);
  shelf().books.emplace(first_ >> seat_shift, Shelf::Book{this, &seat_, {}});
}

HandleBook::~HandleBook() {
  seat_.ledger.follow(nullptr, nullptr);
  const std::lock_guard lock(shelf().mutex);
  shelf().books.erase(first_ >> seat_shift);
}

void HandleBook::know_lanes(std::vector<engine::Lane*> lanes) {
  const std::lock_guard lock(shelf().mutex);
  shelf().books.at(first_ >> seat_shift).lanes = std::move(lanes);
}

HandleBook::Number HandleBook::issue(HandleKind kind, void* thing, const engine::Lane* owner) {
  Number number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = numbers_.find(thing); known != numbers_.end()) return known->second;
    number = ++next_;
    entries_.emplace(number, Entry{&seat_, kind, thing, owner});
    numbers_.emplace(thing, number);
  }
  // A begin made on another thread may be over before its handle was issued.
  if (kind == HandleKind::op && !seat_.ledger.holds(thing)) on_gone(this, thing);
  return number;
}

void HandleBook::on_gone(void* book, void* thing) {
  auto& self = *static_cast<HandleBook*>(book);
  const std::lock_guard lock(self.mutex_);
  const auto known = self.numbers_.find(thing);
  if (known == self.numbers_.end()) return;
  if (self.entries_.at(known->second).kind == HandleKind::publication) {
    std::erase_if(self.drafts_, [&](const auto& draft) { return draft.second.publication == thing; });
  }
  self.entries_.erase(known->second);
  self.numbers_.erase(known);
}

HandleBook::Number HandleBook::lend(const void* publication, void* frame) {
  const std::lock_guard lock(mutex_);
  drafts_.emplace(++next_, Draft{publication, frame});
  return next_;
}

void* HandleBook::take_back(const void* publication, Number number) {
  const std::lock_guard lock(mutex_);
  const auto lent = drafts_.find(number);
  if (lent == drafts_.end() || lent->second.publication != publication) return nullptr;
  void* const frame = lent->second.frame;
  drafts_.erase(lent);
  return frame;
}

void HandleBook::place(Number number, const engine::Lane* owner) {
  const std::lock_guard lock(mutex_);
  places_.insert_or_assign(number, owner);
}

const engine::Lane* HandleBook::place_of(Number number) const {
  const std::lock_guard lock(mutex_);
  const auto placed = places_.find(number);
  return placed == places_.end() ? nullptr : placed->second;
}

void HandleBook::forget_place(Number number) {
  const std::lock_guard lock(mutex_);
  places_.erase(number);
}

std::optional<HandleBook::Entry> HandleBook::look_up(Number number) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(number);
  if (entry == entries_.end()) return std::nullopt;
  return entry->second;
}

std::optional<HandleBook::Entry> HandleBook::find(Number number) {
  const std::lock_guard lock(shelf().mutex);
  const auto book = shelf().books.find(number >> seat_shift);
  if (book == shelf().books.end()) return std::nullopt;
  return book->second.book->look_up(number);
}

Seat* HandleBook::seat_known(const void* self) {
  return first_seat([&](const Shelf::Book& book) { return book.seat == self; });
}

Seat* HandleBook::seat_with(const engine::Lane* lane) {
  return first_seat([&](const Shelf::Book& book) {
    return std::find(book.lanes.begin(), book.lanes.end(), lane) != book.lanes.end();
  });
}

Seat* HandleBook::seat_that_had(Number number) {
  const std::lock_guard lock(shelf().mutex);
  const auto book = shelf().books.find(number >> seat_shift);
  return book == shelf().books.end() ? nullptr : book->second.seat;
}

}  // namespace sluice::abi
