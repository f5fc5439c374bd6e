#include "sluice/mux/flv/tag.hpp"

#include <catch2/catch.hpp>

#include <vector>

#include "../../wire/hex.hpp"

using namespace sluice::mux::flv;
using sluice::test::Bytes;
using sluice::test::hex;

namespace {

template <class Range>
Bytes copy(const Range& in) {
  return {in.begin(), in.end()};
}

}  // namespace

TEST_CASE("the file header, as annex E.2 has it") {
  CHECK(copy(serialise_file_header({.audio = true, .video = true})) == hex("464c5601 05 00000009 00000000"));
  CHECK(copy(serialise_file_header({.audio = true})) == hex("464c5601 04 00000009 00000000"));
  CHECK(copy(serialise_file_header({.video = true})) == hex("464c5601 01 00000009 00000000"));
}

TEST_CASE("a file header is read, or the file is none") {
  const auto read = [](const Bytes& bytes) {
    return parse_file_header(std::span<const uint8_t, file_header_size>(bytes));
  };
  const auto header = read(hex("464c5601 04 0000000b"));
  REQUIRE(header.has_value());
  CHECK(header->audio);
  CHECK_FALSE(header->video);
  CHECK(header->offset == 11);
  for (const char* bad : {"464c5701 05 00000009", "464c5602 05 00000009", "464c5601 05 00000008",
                          "464c5601 05 00010001", "464c5601 05 ffffffff"}) {
    CAPTURE(bad);
    REQUIRE(read(hex(bad)).has_error());
    CHECK(read(hex(bad)).error() == Errc::not_flv);
  }
}

TEST_CASE("a tag's head is written and read, its timestamp with the upper byte behind") {
  const TagHead head{9, false, 0x010203, 0xa1b2c3d4};
  const auto bytes = serialise_tag_head(head);
  CHECK(copy(bytes) == hex("09 010203 b2c3d4 a1 000000"));
  const TagHead again = parse_tag_head(bytes);
  CHECK(again.type == 9);
  CHECK_FALSE(again.encrypted);
  CHECK(again.size == 0x010203);
  CHECK(again.timestamp == 0xa1b2c3d4);
  const Bytes encrypted = hex("28 000001 000000 00 000000");
  CHECK(parse_tag_head(std::span<const uint8_t, tag_head_size>(encrypted)).encrypted);
  CHECK(parse_tag_head(std::span<const uint8_t, tag_head_size>(encrypted)).type == 8);
}

TEST_CASE("behind a tag stands its size with the head") {
  CHECK(copy(serialise_previous_size(0)) == hex("0000000b"));
  CHECK(copy(serialise_previous_size(tag_body_most)) == hex("0100000a"));
}
