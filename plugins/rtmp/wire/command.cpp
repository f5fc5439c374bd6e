#include "wire/command.hpp"

#include <iterator>

#include "wire/message.hpp"

namespace sluice::rtmp {
namespace {

template <class T>
const T* argument(const std::vector<amf0::Value>& arguments, size_t index) {
  return index < arguments.size() ? std::get_if<T>(&arguments[index].value) : nullptr;
}

Result<std::vector<amf0::Value>> parse_values(std::span<const uint8_t> payload, bool amf3) {
  if (payload.empty()) return Errc::empty_message;
  if (amf3 && payload[0] == 0) payload = payload.subspan(1);
  auto values = amf0::parse(payload);
  if (!values) return values.error();
  if (values->empty() || !values->front().string()) return Errc::not_a_command;
  return values;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::status:
      return "status";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

}  // namespace

const std::string* Command::string_argument(size_t index) const {
  return argument<std::string>(arguments, index);
}
const double* Command::number_argument(size_t index) const { return argument<double>(arguments, index); }
const bool* Command::boolean_argument(size_t index) const { return argument<bool>(arguments, index); }

Result<Command> parse_command(std::span<const uint8_t> payload, uint8_t type) {
  auto values = parse_values(payload, type == type_command_amf3);
  if (!values) return values.error();
  Command command;
  command.name = std::get<std::string>(std::move(values->front().value));
  if (values->size() > 1) {
    const double* transaction = (*values)[1].number();
    command.transaction = transaction ? *transaction : 0;
  }
  if (values->size() > 2) command.object = std::move((*values)[2]);
  if (values->size() > 3) {
    command.arguments.assign(std::move_iterator(values->begin() + 3), std::move_iterator(values->end()));
  }
  return command;
}

Result<Data> parse_data(std::span<const uint8_t> payload, uint8_t type) {
  auto values = parse_values(payload, type == type_data_amf3);
  if (!values) return values.error();
  size_t name_at = 0;
  if (*values->front().string() == "@setDataFrame") {
    name_at = 1;
    if (values->size() < 2 || !(*values)[1].string()) return Errc::not_a_command;
  }
  Data data;
  data.name = *(*values)[name_at].string();
  const auto first = values->begin() + static_cast<std::ptrdiff_t>(name_at + 1);
  data.values.assign(std::move_iterator(first), std::move_iterator(values->end()));
  return data;
}

std::vector<uint8_t> serialise_command(std::string_view name, double transaction, const amf0::Value& object,
                                       std::span<const amf0::Value> arguments) {
  std::vector<uint8_t> out;
  amf0::serialise(name, out);
  amf0::serialise(transaction, out);
  amf0::serialise(object, out);
  for (const amf0::Value& value : arguments) amf0::serialise(value, out);
  return out;
}

std::vector<uint8_t> serialise_data(std::string_view name, std::span<const amf0::Value> values) {
  std::vector<uint8_t> out;
  amf0::serialise(name, out);
  for (const amf0::Value& value : values) amf0::serialise(value, out);
  return out;
}

std::vector<uint8_t> result_of(double transaction, const amf0::Value& object, const amf0::Value& answer) {
  return serialise_command("_result", transaction, object, std::span(&answer, 1));
}

std::vector<uint8_t> error_of(double transaction, std::string_view code, std::string_view description) {
  const amf0::Value status = status_object(Level::error, code, description);
  return serialise_command("_error", transaction, amf0::Null{}, std::span(&status, 1));
}

amf0::Object status_object(Level level, std::string_view code, std::string_view description) {
  return {{"level", name_of(level)}, {"code", code}, {"description", description}};
}

std::vector<uint8_t> on_status(Level level, std::string_view code, std::string_view description) {
  const amf0::Value status = status_object(level, code, description);
  return serialise_command("onStatus", 0, amf0::Null{}, std::span(&status, 1));
}

std::vector<uint8_t> on_metadata(amf0::Object properties) {
  properties.kind = amf0::Object::Kind::ecma_array;
  const amf0::Value value(std::move(properties));
  return serialise_data("onMetaData", std::span(&value, 1));
}

}  // namespace sluice::rtmp
