#include <sluice/wire/address.hpp>

#include <arpa/inet.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>

using namespace sluice::wire;

namespace {

Address address(const char* text) { return Address::parse(text).value(); }
Network network(const char* text) { return Network::parse(text).value(); }

}  // namespace

TEST_CASE("an address is read as the C library reads it", "[wire]") {
  for (const char* text : {"192.0.2.7", "0.0.0.0", "255.255.255.255"}) {
    in_addr expected{};
    REQUIRE(inet_pton(AF_INET, text, &expected) == 1);
    const Address::Bytes bytes = address(text).bytes();
    CHECK(std::equal(bytes.begin() + 12, bytes.end(), reinterpret_cast<const std::uint8_t*>(&expected)));
    CHECK(address(text).is_v4());
  }
  for (const char* text : {"::", "::1", "2001:db8::1", "2001:DB8:0:0:8:800:200c:417a", "fe80::", "1::8",
                           "1:2:3:4:5:6:7:8", "::ffff:192.0.2.7", "64:ff9b::192.0.2.33",
                           "1:2:3:4:5:6:192.0.2.33", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"}) {
    in6_addr expected{};
    INFO(text);
    REQUIRE(inet_pton(AF_INET6, text, &expected) == 1);
    const Address::Bytes bytes = address(text).bytes();
    CHECK(std::equal(bytes.begin(), bytes.end(), expected.s6_addr));
  }
}

TEST_CASE("what is no address is refused", "[wire]") {
  for (const char* text : {"",
                           " ",
                           "1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "1.2.3.04",
                           "01.2.3.4",
                           "1.2.3.-4",
                           "1.2.3.4 ",
                           "+1.2.3.4",
                           "0x1.2.3.4",
                           "a.b.c.d",
                           "1..2.3",
                           ":",
                           ":::",
                           "1:2",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "12345::",
                           "::g",
                           "1:2:3:4:5:6:7:8::",
                           "::1.2.3",
                           "1.2.3.4::",
                           "::1.2.3.4:5",
                           "fe80::1%eth0",
                           "[::1]",
                           "1:",
                           ":1",
                           "::ffff:1.2.3.4.",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "localhost"}) {
    INFO(text);
    CHECK_FALSE(Address::parse(text).has_value());
  }
}

TEST_CASE("an endpoint is an address with or without port", "[wire]") {
  CHECK(Address::parse_endpoint("192.0.2.7:50123").value() == address("192.0.2.7"));
  CHECK(Address::parse_endpoint("192.0.2.7").value() == address("192.0.2.7"));
  CHECK(Address::parse_endpoint("[2001:db8::1]:50123").value() == address("2001:db8::1"));
  CHECK(Address::parse_endpoint("[2001:db8::1]").value() == address("2001:db8::1"));
  CHECK(Address::parse_endpoint("2001:db8::1").value() == address("2001:db8::1"));
  CHECK(Address::parse_endpoint("[::ffff:192.0.2.7]:1").value() == address("192.0.2.7"));
  for (const char* text : {"", "[", "[]", "[]:1", "[::1", "[::1]x", "[::1]:", "[::1]:99999",
                           "192.0.2.7:", "192.0.2.7:x", "192.0.2.7:99999", ":80", "unix:/run/x"}) {
    INFO(text);
    CHECK_FALSE(Address::parse_endpoint(text).has_value());
  }
}

TEST_CASE("a network holds its addresses and no other", "[wire]") {
  struct Row {
    const char* network;
    const char* address;
    bool inside;
  };
  const Row rows[] = {
      {"10.0.0.0/8", "10.255.255.255", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.0.0.0/8", "9.255.255.255", false},
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"192.0.2.7", "192.0.2.7", true},
      {"192.0.2.7", "192.0.2.6", false},
      {"192.0.2.7/32", "192.0.2.7", true},
      {"192.0.2.0/25", "192.0.2.127", true},
      {"192.0.2.0/25", "192.0.2.128", false},
      {"192.0.2.4/30", "192.0.2.7", true},
      {"192.0.2.4/30", "192.0.2.8", false},
      {"0.0.0.0/0", "203.0.113.1", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"::/0", "2001:db8::1", true},
      {"::/0", "203.0.113.1", false},
      {"2001:db8::/32", "2001:db8:ffff::1", true},
      {"2001:db8::/32", "2001:db9::", false},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"::1", "::1", true},
      {"::1", "127.0.0.1", false},
      {"::ffff:10.0.0.0/104", "10.9.9.9", true},
      {"::ffff:10.0.0.0/104", "11.0.0.0", false},
      {"::ffff:0.0.0.0/96", "203.0.113.1", true},
  };
  for (const Row& row : rows) {
    INFO(row.network << " " << row.address);
    CHECK(network(row.network).contains(address(row.address)) == row.inside);
  }
}

TEST_CASE("every prefix length ends where it says", "[wire]") {
  const Address all_zero = address("8000::");
  for (unsigned length = 1; length <= 128; ++length) {
    const Network net = Network::parse("8000::/" + std::to_string(length)).value();
    CHECK(net.contains(all_zero));
    for (unsigned bit = 0; bit < 128; ++bit) {
      Address::Bytes bytes = all_zero.bytes();
      bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80u >> (bit % 8));
      CHECK(net.contains(Address(bytes)) == (bit >= length));
    }
  }
}

TEST_CASE("a network that says two things is refused", "[wire]") {
  for (const char* text : {"10.0.0.1/8", "2001:db8::1/32", "192.0.2.1/31", "0.0.0.1/0", "::1/127"}) {
    INFO(text);
    CHECK(Network::parse(text).error() == make_error_code(boost::system::errc::argument_out_of_domain));
  }
  for (const char* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129",
                           "::/x", "10.0.0.0/ 8", "10.0.0.0/0008", "10/8"}) {
    INFO(text);
    CHECK(Network::parse(text).error() == make_error_code(boost::system::errc::invalid_argument));
  }
}

TEST_CASE("arbitrary text never reads past its end and agrees with the C library", "[wire]") {
  std::mt19937 random(7);
  const std::string letters = "0123456789abcdef:.::/%[] ";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (unsigned i = random() % 20; i > 0; --i) text += letters[random() % letters.size()];
    in6_addr expected{};
    const bool wanted = text.find(':') != std::string::npos
                            ? inet_pton(AF_INET6, text.c_str(), &expected) == 1
                            : inet_pton(AF_INET, text.c_str(), &expected) == 1;
    INFO(text);
    CHECK(Address::parse(text).has_value() == wanted);
  }
}
