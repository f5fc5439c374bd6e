#include "abi/struct_check.hpp"

#include <sluice/abi/registry.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

using namespace sluice::abi;

namespace {

// The same struct as a newer caller would have it: more fields behind.
struct Newer {
  sluice_credentials known{};
  std::array<unsigned char, 16> tail{};
};

}  // namespace

TEST_CASE("input structs: size, zero tail, newer field") {
  sluice_credentials out;
  CHECK(read_struct<sluice_credentials>(nullptr, out) == SLUICE_STATUS_ARGUMENT);
  Newer in;
  for (const std::uint32_t size :
       {0u, 3u, static_cast<std::uint32_t>(sizeof(sluice_credentials) - 1), 0xffffffffu}) {
    in.known.struct_size = size;
    CAPTURE(size);
    CHECK(read_struct(&in.known, out) == SLUICE_STATUS_ARGUMENT);
  }
  in.known.struct_size = sizeof(sluice_credentials);
  in.known.user = borrow("u");
  CHECK(read_struct(&in.known, out) == SLUICE_STATUS_OK);
  CHECK(view(out.user) == "u");
  in.known.struct_size = sizeof(Newer);
  CHECK(read_struct(&in.known, out) == SLUICE_STATUS_OK);
  in.tail[15] = 1;
  CHECK(read_struct(&in.known, out) == SLUICE_STATUS_NEWER_FIELD);
}

TEST_CASE("an older caller's missing fields are zero") {
  sluice_credentials in{}, out;
  in.struct_size = offsetof(sluice_credentials, token);
  in.user = borrow("u");
  in.token = borrow("not there");
  CHECK(read_struct(&in, out, offsetof(sluice_credentials, token)) == SLUICE_STATUS_OK);
  CHECK(view(out.user) == "u");
  CHECK(out.token.data == nullptr);
}

TEST_CASE("output structs: no byte beyond the caller's room") {
  struct {
    sluice_err err;
    unsigned char canary;
  } room;
  std::memset(&room, 0xaa, sizeof room);
  room.err.struct_size = offsetof(sluice_err, hint);
  CHECK(fail(&room.err, SLUICE_STATUS_IO, "what", "do this") == SLUICE_STATUS_IO);
  CHECK(std::string(room.err.message) == "what");
  CHECK(room.err.struct_size == offsetof(sluice_err, hint));
  CHECK(static_cast<unsigned char>(room.err.hint[0]) == 0xaa);
  CHECK(room.canary == 0xaa);
  CHECK(fail(nullptr, SLUICE_STATUS_IO, "nobody listens") == SLUICE_STATUS_IO);
  room.err.struct_size = 0;
  CHECK(write_struct(&room.err, sluice_err{}) == SLUICE_STATUS_ARGUMENT);
}

TEST_CASE("a long message is cut, not spilled") {
  sluice_err err{};
  err.struct_size = sizeof err;
  fail(&err, SLUICE_STATUS_IO, std::string(1000, 'x'), std::string(1000, 'y'));
  CHECK(std::strlen(err.message) == sizeof err.message - 1);
  CHECK(std::strlen(err.hint) == sizeof err.hint - 1);
}

TEST_CASE("text into the caller's room says how much it takes") {
  std::array<char, 4> room{};
  sluice_text text{room.data(), room.size(), 0};
  CHECK(write_text(&text, "abcd") == SLUICE_STATUS_OK);
  CHECK(write_text(&text, "abcdef") == SLUICE_STATUS_LIMIT);
  CHECK(text.size == 6);
  CHECK(write_text(nullptr, "a") == SLUICE_STATUS_ARGUMENT);
  text.data = nullptr;
  CHECK(write_text(&text, "a") == SLUICE_STATUS_ARGUMENT);
  CHECK_FALSE(readable(sluice_str{nullptr, 5}));
  CHECK(readable(sluice_str{nullptr, 0}));
}

TEST_CASE("bytes are borrowed and viewed as they are; null with a length is none") {
  const std::array<std::uint8_t, 3> room{1, 2, 3};
  const sluice_bytes lent = borrow(std::span<const std::uint8_t>(room));
  CHECK(readable(lent));
  CHECK(std::vector<std::uint8_t>(view(lent).begin(), view(lent).end()) ==
        std::vector<std::uint8_t>{1, 2, 3});
  CHECK_FALSE(readable(sluice_bytes{nullptr, 5}));
  CHECK(readable(sluice_bytes{nullptr, 0}));
  CHECK(view(sluice_bytes{nullptr, 0}).empty());
}
