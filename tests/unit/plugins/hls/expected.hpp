// Texts that stand beside the tests, so that the validator in tests/integration reads the very same ones.
// SLUICE_WRITE_EXPECTED=1 writes them anew; the difference is then reviewed.
#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace sluice::hls {

inline void check_expected(const std::string& name, const std::string& text) {
  const std::string path = "tests/unit/plugins/hls/expected/" + name;
  if (std::getenv("SLUICE_WRITE_EXPECTED")) std::ofstream(path) << text;
  std::ifstream file(path);
  const std::string expected((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  INFO(path);
  CHECK(text == expected);
}

}  // namespace sluice::hls
