#include "modules/sha256.hpp"

#include <catch2/catch.hpp>

using namespace sluice::modules;

TEST_CASE("digests of FIPS 180-4's examples, at once and in pieces") {
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 pieces;
  for (const char c : {'a', 'b', 'c'}) pieces.feed(std::as_bytes(std::span(&c, 1)));
  CHECK(pieces.finish() == sha256("abc"));
}
