#include "kit/subject.hpp"

#include <catch2/catch.hpp>

#include "../config/print_result.hpp"

#include "../modules/module_folder.hpp"

using namespace sluice::kit;
using sluice::modules::Json;
using sluice::modules::ModuleFolder;
using sluice::modules::plain_manifest;
using sluice::modules::test_platform;

namespace {

Json acme() {
  Json manifest = plain_manifest("acme");
  Json& module = manifest["module"];
  module["requires"] = Json::array({{{"iface", "com.other/3"}}});
  module["provides"] = Json::array({{{"iface", "sluice.auth/1"}, {"minor", 0}}});
  module["listens"] = Json::array({{{"name", "main"}, {"proto", "tcp"}, {"port", 80}, {"config", "/listen"}},
                                   {{"name", "spare"}, {"proto", "tcp"}, {"config", "/spare"}}});
  module["config_schema"] = Json::parse(R"({"type": "object", "additionalProperties": false, "properties": {
      "listen": {"type": "string", "default": ":80"}, "threads": {"type": "integer", "default": 2},
      "rate": {"type": "integer", "default": 25}, "word": {"type": "string"}}})");
  return manifest;
}

}  // namespace

TEST_CASE("a module is planned by itself, listens on loopback, and its draft runs") {
  ModuleFolder folder;
  Json manifest = acme();
  manifest["module"]["stability"] = "draft";
  manifest["module"]["enabled"] = false;
  folder.add("acme", manifest);
  const auto subject = Subject::read(folder.at("acme.so"), test_platform(), Json::object());
  CAPTURE(subject.has_error() ? subject.error().finding : "");
  REQUIRE(subject.has_value());
  CHECK(subject->id() == "acme");
  CHECK(subject->entry().planned());
  CHECK(subject->provides("sluice.auth/1"));
  CHECK_FALSE(subject->provides("com.other/3"));
  CHECK(subject->needs_of_others() == std::vector<std::string>{"com.other/3"});
  CHECK(subject->listens());
  const auto& listeners = subject->entry().listeners;
  REQUIRE(listeners.size() == 2);
  REQUIRE(listeners[0].addresses.size() == 1);
  CHECK(listeners[0].addresses[0].text() == "127.0.0.1:0");
  CHECK(listeners[1].addresses.empty());
}

TEST_CASE("its own configuration is what is not the host's, and can be replaced by a wrong one") {
  ModuleFolder folder;
  folder.add("acme", acme());
  const auto subject = Subject::read(folder.at("acme.json"), test_platform(), {{"rate", 30}});
  REQUIRE(subject.has_value());
  CHECK(subject->own_properties() == std::vector<std::string>{"rate", "word"});
  CHECK(subject->entry().config.effective["rate"] == 30);
  CHECK(subject->entry_with({{"rate", "wrong"}}).config.effective == Json{{"rate", "wrong"}});
  CHECK(subject->entry().config.effective["rate"] == 30);
}

TEST_CASE("what no host would start is refused with the plan's rule") {
  ModuleFolder folder;
  folder.add("acme", acme());
  const auto wrong = Subject::read(folder.at("acme.so"), test_platform(), {{"rate", "fast"}});
  REQUIRE(wrong.has_error());
  CHECK(wrong.error().rule == "SL-CFG-001");
  CHECK_FALSE(wrong.error().remedy.empty());
  folder.add("stranger", plain_manifest("stranger"), [](auto& spec) { spec.note.reset(); });
  const auto stranger = Subject::read(folder.at("stranger.so"), test_platform(), Json::object());
  REQUIRE(stranger.has_error());
  CHECK(stranger.error().rule == "SL-ABI-001");
}

TEST_CASE("a module without sockets or configuration") {
  ModuleFolder folder;
  folder.add("plain", plain_manifest("plain"));
  const auto subject = Subject::read(folder.at("plain.so"), test_platform(), Json::object());
  REQUIRE(subject.has_value());
  CHECK_FALSE(subject->listens());
  CHECK(subject->own_properties().empty());
}
