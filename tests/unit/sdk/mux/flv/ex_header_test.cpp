#include "sluice/mux/flv/ex_header.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace sluice::mux::flv;
using Bytes = std::vector<std::uint8_t>;
using sluice::wire::ByteReader;

namespace {

constexpr std::uint8_t multitrack = 6;  // of video
constexpr std::uint8_t mod_ex = 7;

}  // namespace

TEST_CASE("a plain header is its FourCC, the rest is one track") {
  const Bytes bytes{'h', 'v', 'c', '1', 1, 2, 3};
  ByteReader in(bytes);
  const auto header = read_ex_header(in, 1, multitrack);
  REQUIRE(header.has_value());
  CHECK(header->packet_type == 1);
  CHECK(header->fourcc == fourcc("hvc1"));
  const auto track = read_ex_track(in, *header);
  REQUIRE(track.has_value());
  CHECK(track->id == 0);
  CHECK(track->body.size() == 3);
}

TEST_CASE("a modifier moves the timestamp and names the true packet type") {
  const Bytes bytes{2, 0x0F, 0x42, 0x3F, 0x01, 'a', 'v', '0', '1'};  // 3 bytes: 999999 ns; then type 1
  ByteReader in(bytes);
  const auto header = read_ex_header(in, mod_ex, multitrack);
  REQUIRE(header.has_value());
  CHECK(header->nano_offset == 999'999);
  CHECK(header->packet_type == 1);
}

TEST_CASE("a chain of modifiers is not followed for ever") {
  Bytes bytes;
  for (int i = 0; i < 100; ++i) bytes.insert(bytes.end(), {0, 0, mod_ex});
  ByteReader in(bytes);
  const auto header = read_ex_header(in, mod_ex, multitrack);
  REQUIRE(header.has_error());
  CHECK(header.error() == make_error_code(Errc::malformed_tag));
}

TEST_CASE("many tracks of many codecs name each their own") {
  const Bytes bytes{0x21, 'h', 'v', 'c', '1', 0, 0, 0, 2, 9, 9, 'a', 'v', 'c', '1', 5, 0, 0, 1, 7};
  ByteReader in(bytes);
  const auto header = read_ex_header(in, multitrack, multitrack);
  REQUIRE(header.has_value());
  CHECK(header->multitrack == Multitrack::many_tracks_many_codecs);
  const auto first = read_ex_track(in, *header);
  REQUIRE(first.has_value());
  CHECK((first->fourcc == fourcc("hvc1") && first->id == 0 && first->body.size() == 2));
  const auto second = read_ex_track(in, *header);
  REQUIRE(second.has_value());
  CHECK((second->fourcc == fourcc("avc1") && second->id == 5 && second->body.size() == 1));
}

TEST_CASE("multitrack within multitrack, unknown kinds and cut headers are refused") {
  for (const Bytes& bytes : {Bytes{0x06, 'h', 'v', 'c', '1'}, Bytes{0x07, 'h', 'v', 'c', '1'}, Bytes{0x31}}) {
    ByteReader in(bytes);
    CHECK(read_ex_header(in, multitrack, multitrack).has_error());
  }
  const Bytes whole{0x21, 'h', 'v', 'c', '1', 0, 0, 0, 2, 9, 9};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ByteReader in(std::span(whole).first(size));
    const auto header = read_ex_header(in, multitrack, multitrack);
    CAPTURE(size);
    CHECK((header.has_error() || read_ex_track(in, *header).has_error()));
  }
}
