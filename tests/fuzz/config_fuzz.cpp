#include <cstdint>
#include <string>

#include "config/listen_address.hpp"
#include "config/module_config.hpp"

// Half of the input is a config file, half a module's schema.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace sluice::config;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t cut = std::min(text.find('\n'), text.size());
  (void)parse_listen_address(text.substr(0, cut));
  ModuleSchema module{"m", "", Json::object()};
  const auto schema = JsonText::parse(text.substr(0, cut), {"schema"});
  if (schema && schema->value().is_object() && check_schema(schema->value(), {}).empty())
    module.schema = schema->value();
  // What is left without the faults has none.
  const auto flawed = parse_flawed(text.substr(cut), "config");
  const auto settings = parse_settings(text.substr(cut), "config");
  if (settings.has_value() != flawed.complaints.empty()) __builtin_trap();
  if (!settings) return settings.error().empty() ? __builtin_trap(), 0 : 0;
  (void)check_modules(*settings, {module});
  (void)effective_config(*settings, {module}).dump();
  return 0;
}
