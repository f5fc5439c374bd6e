#include "wire/command.hpp"

#include <catch2/catch.hpp>

#include "../../../sdk/media/parser_laws.hpp"
#include "../../../sdk/wire/hex.hpp"
#include "wire/message.hpp"

using namespace sluice::rtmp;
using sluice::test::Bytes;
using sluice::test::hex;
using sluice::test::operator+;

TEST_CASE("commands are taken apart") {
  const amf0::Value arguments[] = {"cam?token=x", "live", 3, true};
  const Bytes bytes = serialise_command("publish", 5, amf0::Null{}, arguments);
  for (const uint8_t type : {type_command, type_command_amf3}) {
    const auto command = parse_command(type == type_command ? bytes : hex("00") + bytes, type);
    REQUIRE(command.has_value());
    CHECK(command->name == "publish");
    CHECK(command->transaction == 5);
    CHECK(*command->string_argument(0) == "cam?token=x");
    CHECK(*command->number_argument(2) == 3);
    CHECK(*command->boolean_argument(3));
    CHECK(command->number_argument(0) == nullptr);
    CHECK(command->string_argument(9) == nullptr);
  }
}

TEST_CASE("commands may end early") {
  CHECK(parse_command(hex("02 0001 61"), type_command)->transaction == 0);
  const auto command = parse_command(hex("02 0001 61 00 3ff0000000000000"), type_command);
  REQUIRE(command.has_value());
  CHECK(command->transaction == 1);
  CHECK(command->arguments.empty());
}

TEST_CASE("what is no command is refused (R13, R14)") {
  struct Case {
    const char* bytes;
    uint8_t type;
    sluice::error_code error;
  };
  for (const Case& c :
       {Case{"", type_command, Errc::empty_message}, Case{"", type_command_amf3, Errc::empty_message},
        Case{"00", type_command_amf3, Errc::not_a_command}, Case{"05", type_command, Errc::not_a_command},
        Case{"00 3ff0000000000000", type_command, Errc::not_a_command},
        Case{"02 00ff 61", type_command, sluice::mux::flv::Errc::amf_truncated},
        Case{"11 06 03 61", type_command_amf3, sluice::mux::flv::Errc::amf_unsupported}}) {
    CAPTURE(c.bytes);
    CHECK(parse_command(hex(c.bytes), c.type).error() == c.error);
  }
  CHECK(verdict_of(Errc::empty_message) == Verdict::drop);
  CHECK(verdict_of(sluice::mux::flv::Errc::amf_too_deep) == Verdict::close);
}

TEST_CASE("data messages come unwrapped") {
  const amf0::Object properties{{"width", 320}, {"encoder", "x"}};
  const Bytes plain = on_metadata(properties);
  const amf0::Value wrapped_values[] = {"onMetaData", properties};
  const Bytes wrapped = serialise_data("@setDataFrame", wrapped_values);
  for (const auto& [bytes, type] : {std::pair{plain, type_data}, std::pair{wrapped, type_data},
                                    std::pair{hex("00") + wrapped, type_data_amf3}}) {
    const auto data = parse_data(bytes, type);
    REQUIRE(data.has_value());
    CHECK(data->name == "onMetaData");
    REQUIRE(data->values.size() == 1);
    CHECK(data->values[0].object()->number("width") == 320);
  }
  CHECK(parse_data(plain, type_data)->values[0].object()->kind == amf0::Object::Kind::ecma_array);
  CHECK(parse_data(serialise_data("@setDataFrame", {}), type_data).error() == Errc::not_a_command);
  CHECK(parse_data({}, type_data).error() == Errc::empty_message);
}

TEST_CASE("answers are what clients expect") {
  const auto result = parse_command(result_of(4, amf0::Null{}, 1), type_command).value();
  CHECK(result.name == "_result");
  CHECK(result.transaction == 4);
  CHECK(*result.number_argument(0) == 1);

  const auto error = parse_command(error_of(1, "NetConnection.Connect.Rejected", "no"), type_command).value();
  CHECK(error.name == "_error");
  CHECK(error.arguments.at(0).object()->string("code") == "NetConnection.Connect.Rejected");

  const auto status =
      parse_command(on_status(Level::status, "NetStream.Play.Start", "go"), type_command).value();
  CHECK(status.name == "onStatus");
  CHECK(status.transaction == 0);
  CHECK(status.arguments.at(0).object()->string("level") == "status");
  CHECK(status.arguments.at(0).object()->string("description") == "go");
}

TEST_CASE("commands survive truncation and damage") {
  const amf0::Value arguments[] = {"cam", "live"};
  sluice::test::survives_truncation_and_damage(serialise_command("publish", 5, amf0::Null{}, arguments),
                                               [](auto in) { (void)parse_command(in, type_command); });
}
