#include "sluice/mux/mp4/producer_time.hpp"

#include <catch2/catch.hpp>

#include "../../wire/hex.hpp"

using namespace sluice::mux::mp4;
using sluice::test::Bytes;
using sluice::test::hex;

TEST_CASE("the capture time is NTP, with the media time of 64 bits beside it") {
  Bytes out;
  write_producer_time(out, {3, 1'700'000'000'500'000'000, 0x123456789});
  // 1700000000 + 2208988800 = 0xe8fe6f80
  CHECK(out == hex("00000020 70726674 01000018 00000003 e8fe6f80 80000000 0000000123456789"));
}

TEST_CASE("NTP wraps in 2036 and nothing comes before 1970") {
  Bytes wrapped, before;
  write_producer_time(wrapped, {1, 2'085'978'496'000'000'000, 0});
  CHECK(Bytes(wrapped.begin() + 16, wrapped.begin() + 24) == hex("00000000 00000000"));
  write_producer_time(before, {1, -5, 0});
  CHECK(Bytes(before.begin() + 16, before.begin() + 24) == hex("83aa7e80 00000000"));
}
