#include "sluice/mux/flv/amf0.hpp"

#include <catch2/catch.hpp>

#include "../../media/parser_laws.hpp"
#include "../../wire/hex.hpp"

using namespace sluice::mux::flv;
using sluice::test::Bytes;
using sluice::test::hex;
using sluice::test::operator+;

namespace {

Bytes printed(const std::vector<amf0::Value>& values) {
  Bytes out;
  for (const auto& value : values) amf0::serialise(value, out);
  return out;
}

Bytes repeat(const Bytes& unit, size_t count) {
  Bytes out;
  for (size_t i = 0; i < count; ++i) out.insert(out.end(), unit.begin(), unit.end());
  return out;
}

const char* const connect_object =
    "03 0003 617070 02 0004 6c697665 0004 66706164 01 00 0007 76696465 6f 78 79 00 4073000000000000 000009";

}  // namespace

TEST_CASE("AMF0 values of every kind are read and written alike") {
  for (const char* bytes : {
           "00 4045000000000000", "00 7ff8000000000000", "01 01", "01 00", "02 0003 616263", "02 0000", "05",
           "06", "03 000009", connect_object, "08 00000001 0001 61 05 000009", "0a 00000002 05 01 01",
           "0a 00000000", "0b 4045000000000000 0000", "0f 00000002 3c3e", "10 0001 43 0001 61 05 000009",
           "03 0001 61 03 0001 62 0a 00000001 08 00000000 000009 000009 000009",
           "02 0001 61 00 3ff0000000000000 05",  // three in a row
       }) {
    CAPTURE(bytes);
    const auto values = amf0::parse(hex(bytes));
    REQUIRE(values.has_value());
    CHECK(printed(*values) == hex(bytes));
  }
}

TEST_CASE("AMF0 objects keep the order and give their properties") {
  const auto values = amf0::parse(hex(connect_object)).value();
  REQUIRE(values.size() == 1);
  const amf0::Object* object = values[0].object();
  REQUIRE(object);
  CHECK(object->string("app") == "live");
  CHECK(object->number("videoxy") == 304);
  CHECK(object->find("fpad")->boolean());
  CHECK(object->find("none") == nullptr);
  CHECK(object->number("app", 7) == 7);
  CHECK(object->string("videoxy", "x") == "x");
  CHECK(object->properties[0].name == "app");
  CHECK(object->properties[2].name == "videoxy");
}

TEST_CASE("AMF0 tolerates what real encoders do") {
  CHECK(amf0::parse(hex("08 00000000 0001 61 05 000009")).has_value());  // ECMA count 0
  CHECK(amf0::parse(hex("08 000000ff 0001 61 05 000009")).has_value());  // ECMA count too high
  CHECK(amf0::parse(hex("03 0000 05 000009")).has_value());              // a property without a name
  CHECK(amf0::parse(hex("0c 00000001 61")).value()[0].string());  // long string where a short one would do
  CHECK(amf0::parse(hex("0d")).has_value());                      // "unsupported" is a value
  CHECK(amf0::parse({}).value().empty());
}

TEST_CASE("AMF0 of outside is bounded (R11, R12, R13)") {
  const Bytes object_in = hex("03 0001 61"), array_in = hex("0a 00000001"),
              ecma_in = hex("08 00000001 0001 61");
  struct Case {
    const char* what;
    Bytes bytes;
    Errc error;
  };
  for (const Case& c : {
           Case{"objects 33 deep", repeat(object_in, 33), Errc::amf_too_deep},
           Case{"objects 65 deep", repeat(object_in, 65), Errc::amf_too_deep},
           Case{"arrays 50,000 deep", repeat(array_in, 50'000), Errc::amf_too_deep},
           Case{"ECMA arrays 20,000 deep", repeat(ecma_in, 20'000), Errc::amf_too_deep},
           Case{"100,000 deep", repeat(object_in, 100'000), Errc::amf_too_large},  // 400 kB
           Case{"strict array of 2^32", hex("0a ffffffff"), Errc::amf_too_large},
           Case{"ECMA array of 2^32", hex("08 ffffffff 000009"), Errc::amf_too_large},
           Case{"5000 values", repeat(hex("05"), 5000), Errc::amf_too_large},
           Case{"nested counts", repeat(hex("0a 00000fff"), 3), Errc::amf_too_large},
           Case{"object without end", hex("03 0001 61 05"), Errc::amf_truncated},
           Case{"object cut in its end", hex("03 0001 61 05 0000"), Errc::amf_truncated},
           Case{"string past the end", hex("02 ffff 61"), Errc::amf_truncated},
           Case{"long string past the end", hex("0c ffffffff 61"), Errc::amf_truncated},
           Case{"name past the end", hex("03 ffff 61"), Errc::amf_truncated},
           Case{"number cut", hex("00 40450000"), Errc::amf_truncated},
           Case{"array cut", hex("0a 00000002 05"), Errc::amf_truncated},
           Case{"AMF3", hex("11 0a"), Errc::amf_unsupported},
           Case{"AMF3 within", hex("03 0001 61 11"), Errc::amf_unsupported},
           Case{"reference", hex("07 0000"), Errc::amf_unsupported},
           Case{"movie clip", hex("04"), Errc::amf_malformed},
           Case{"record set", hex("0e"), Errc::amf_malformed},
           Case{"stray end", hex("09"), Errc::amf_malformed},
           Case{"unknown marker", hex("7f"), Errc::amf_malformed},
       }) {
    CAPTURE(c.what);
    const auto values = amf0::parse(c.bytes);
    REQUIRE(values.has_error());
    CHECK(values.error() == c.error);
  }
}

TEST_CASE("AMF0 limits are exact") {
  CHECK(amf0::parse(repeat(hex("03 0001 61"), 32) + hex("05") + repeat(hex("000009"), 32)).has_value());
  CHECK(amf0::parse(repeat(hex("05"), 4096)).has_value());
  CHECK(amf0::parse(repeat(hex("05"), 4097)).has_error());
  CHECK(amf0::parse(hex("0c 0003fffb") + Bytes(0x3fffb, 'a')).has_value());  // 256 KiB
  CHECK(amf0::parse(hex("0c 0003fffc") + Bytes(0x3fffc, 'a')).error() == Errc::amf_too_large);
}

TEST_CASE("AMF0 long strings are written as such") {
  const auto bytes = printed({amf0::Value(std::string(70000, 'x'))});
  CHECK(bytes.size() == 5 + 70000);
  CHECK(bytes[0] == 0x0c);
  CHECK(amf0::parse(bytes).value()[0].string()->size() == 70000);
}

TEST_CASE("AMF0 survives truncation and damage") {
  const Bytes rich =
      hex(connect_object) + hex("0a 00000002 05 01 01 10 0001 43 0001 61 0b 4045000000000000 0000 000009");
  sluice::test::survives_truncation_and_damage(rich, [](auto in) {
    const auto values = amf0::parse(in);
    if (values) (void)printed(*values);
  });
}
