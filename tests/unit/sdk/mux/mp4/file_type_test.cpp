#include "sluice/mux/mp4/file_type.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "../../wire/hex.hpp"

using namespace sluice::mux::mp4;
using sluice::test::Bytes;

TEST_CASE("brands say which rules are kept") {
  const auto text = [](const Bytes& bytes) { return std::string(bytes.begin() + 4, bytes.end()); };
  Bytes file, chunked, segment, plain;
  write_file_type(file, Layout::progressive);
  write_file_type(chunked, Layout::cmaf);
  write_segment_type(segment, Layout::cmaf);
  write_segment_type(plain, Layout::progressive);
  const std::string zero(4, '\0');
  CHECK(text(file) == "ftypiso6" + zero + "iso6mp41");
  CHECK(text(chunked) == "ftypiso6" + zero + "iso6mp41cmfccmf2");
  CHECK(text(segment) == "stypmsdh" + zero + "msdhcmfscmfl");
  CHECK(text(plain) == "stypmsdh" + zero + "msdh");
  CHECK(file[3] == file.size());
}
