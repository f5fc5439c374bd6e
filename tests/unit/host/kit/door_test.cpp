#include "kit/door.hpp"

#include <sluice/abi/sluice.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "abi/struct_check.hpp"

using namespace sluice;
using namespace sluice::kit;

namespace {

struct Found {
  sluice_status status;
  sluice_interface interface{};
  std::uint32_t table_size = 0;
};

struct Seen {
  Seat seat;
  std::shared_ptr<Door> door;
  std::shared_ptr<sluice_host> host;

  explicit Seen(HostShape shape)
      : door(std::make_shared<Door>(std::move(shape))), host(Door::open(door, seat)) {}

  Found find(const char* id) const {
    Found found;
    found.interface.struct_size = sizeof found.interface;
    found.status = host->get_interface(host->self, abi::borrow(id), 0, &found.interface, nullptr);
    if (found.status == SLUICE_STATUS_OK)
      std::memcpy(&found.table_size, found.interface.table, sizeof found.table_size);
    return found;
  }
};

}  // namespace

TEST_CASE("an ordinary host: every table whole, its self the seat, and what was asked for is known") {
  Seen seen({});
  const auto engine = seen.find(SLUICE_ENGINE_ID);
  CHECK(engine.status == SLUICE_STATUS_OK);
  CHECK(engine.table_size == sizeof(sluice_engine));
  CHECK(engine.interface.self == &seen.seat);
  CHECK(engine.interface.minor == 0);
  CHECK(seen.host->struct_size == sizeof(sluice_host));
  CHECK(seen.find("com.acme.none/1").status == SLUICE_STATUS_NOT_FOUND);
  CHECK(seen.door->asked() == std::set<std::string>{SLUICE_ENGINE_ID, "com.acme.none/1"});
  CHECK(&seen.door->seat() == &seen.seat);
}

TEST_CASE("a newer host: larger everywhere, with nothing in what is unknown") {
  Seen seen({.newer = true, .iface = {}, .lack = Lack::nothing});
  CHECK(seen.host->struct_size > sizeof(sluice_host));
  const auto clock = seen.find(SLUICE_CLOCK_ID);
  REQUIRE(clock.table_size > sizeof(sluice_clock));
  CHECK(clock.interface.minor == 1);
  const auto* table = static_cast<const sluice_clock*>(clock.interface.table);
  CHECK(table->minor == 1);
  CHECK(table->wall != nullptr);
  const auto* bytes = static_cast<const unsigned char*>(clock.interface.table);
  CHECK(std::all_of(bytes + sizeof(sluice_clock), bytes + clock.table_size,
                    [](auto byte) { return byte == 0; }));
  CHECK(seen.find(SLUICE_CLOCK_ID).interface.table == clock.interface.table);
}

TEST_CASE("a poorer host lacks what it is told to, and nothing else") {
  SECTION("the interface") {
    Seen seen({.newer = false, .iface = SLUICE_NET_ID, .lack = Lack::interface});
    CHECK(seen.find(SLUICE_NET_ID).status == SLUICE_STATUS_NOT_FOUND);
    CHECK(seen.find(SLUICE_NET_ID).interface.table == nullptr);
    CHECK(seen.find(SLUICE_ENGINE_ID).status == SLUICE_STATUS_OK);
  }
  SECTION("its methods") {
    Seen seen({.newer = false, .iface = SLUICE_NET_ID, .lack = Lack::methods});
    const auto net = seen.find(SLUICE_NET_ID);
    CHECK(net.table_size == sizeof(sluice_net));
    const auto* table = static_cast<const sluice_net*>(net.interface.table);
    CHECK(table->listen == nullptr);
    CHECK(table->connection_close == nullptr);
  }
  SECTION("all that comes after the head of the table") {
    Seen seen({.newer = false, .iface = SLUICE_NET_ID, .lack = Lack::later_part});
    CHECK(seen.find(SLUICE_NET_ID).table_size == 8);
    CHECK(seen.find(SLUICE_ENGINE_ID).table_size == sizeof(sluice_engine));
  }
}
