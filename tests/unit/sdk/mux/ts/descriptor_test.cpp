#include "sluice/mux/ts/descriptor.hpp"

#include <sluice/abi/frame.h>

#include <catch2/catch.hpp>

#include "../../wire/hex.hpp"

using namespace sluice::mux::ts;
using namespace sluice::test;

TEST_CASE("descriptors are found as they were added") {
  Bytes list;
  add_registration(list, SLUICE_CODEC_OPUS);
  add_opus_channels(list, 6);
  add_language(list, "deu");
  CHECK(list == hex("05 04 4f707573  7f 02 80 06  0a 04 646575 00"));
  CHECK(check_descriptors(list).has_value());
  CHECK(find_registration(list) == SLUICE_CODEC_OPUS);
  CHECK(find_opus_channels(list) == 6);
  CHECK(find_language(list) == "deu");
  CHECK(has_descriptor(list, descriptor_language));
  CHECK_FALSE(has_descriptor(list, descriptor_dvb_ac3));
}

TEST_CASE("what is not there or too short is not found") {
  CHECK_FALSE(find_registration({}).has_value());
  CHECK_FALSE(find_registration(hex("05034f7075")).has_value());
  CHECK_FALSE(find_opus_channels(hex("7f0180")).has_value());
  CHECK_FALSE(find_opus_channels(hex("7f022002")).has_value());  // another extension
  CHECK(find_language(hex("0a00")).empty());
  CHECK(check_descriptors(hex("0a00")).has_value());
  for (const char* broken : {"05", "0504", "05044f7075", "05034f7075", "0a0365", "0a03656e67", "7f00"})
    CHECK(check_descriptors(hex(broken)).error() == Errc::malformed);
}
