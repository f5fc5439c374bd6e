// Command and data messages ("RTMP 1.0" 7.1.1, 7.1.2, 7.2): a name, a transaction, an object, arguments.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/mux/flv/amf0.hpp>

#include "wire/error.hpp"

namespace sluice::rtmp {

namespace amf0 = mux::flv::amf0;

struct Command {
  std::string name;
  double transaction = 0;  // echoed in the answer; 0: none is expected. May be any double, NaN included
  amf0::Value object;      // undefined if the message ends before it
  std::vector<amf0::Value> arguments;

  // The argument if it is there and of that type, else nullptr.
  const std::string* string_argument(size_t index) const;
  const double* number_argument(size_t index) const;
  const bool* boolean_argument(size_t index) const;
};

// `type` is type_command or type_command_amf3; the latter is AMF0 behind one zero byte, as every client sends
// it. Fails with Errc::empty_message or not_a_command, or as amf0::parse.
Result<Command> parse_command(std::span<const uint8_t> payload, uint8_t type);

struct Data {
  std::string name;  // "onMetaData" also when it came wrapped in "@setDataFrame"
  std::vector<amf0::Value> values;
};

// `type` is type_data or type_data_amf3. Fails as parse_command.
Result<Data> parse_data(std::span<const uint8_t> payload, uint8_t type);

// Payload of a type_command message.
std::vector<uint8_t> serialise_command(std::string_view name, double transaction, const amf0::Value& object,
                                       std::span<const amf0::Value> arguments = {});
// Payload of a type_data message.
std::vector<uint8_t> serialise_data(std::string_view name, std::span<const amf0::Value> values);

// "_result" of `transaction`: what connect answers has properties and information, createStream has the id.
std::vector<uint8_t> result_of(double transaction, const amf0::Value& object, const amf0::Value& answer);
std::vector<uint8_t> error_of(double transaction, std::string_view code, std::string_view description);

enum class Level { status, warning, error };
// {level, code, description}, the object of onStatus and of connect's answer.
amf0::Object status_object(Level level, std::string_view code, std::string_view description);
// "onStatus" of a message stream.
std::vector<uint8_t> on_status(Level level, std::string_view code, std::string_view description);

// "onMetaData" for a player: an ECMA array, which is what players look for.
std::vector<uint8_t> on_metadata(amf0::Object properties);

}  // namespace sluice::rtmp
