// The example that answers later: who has the secret at once, a guess late, and nobody is left without an
// answer.
#include <catch2/catch.hpp>
#include <filesystem>
#include <future>

#include "room.hpp"

using namespace sluice;
using namespace sluice::conformance;
using namespace std::chrono_literals;

namespace {

std::future<engine::AuthDecision> ask(Room& room, const std::string& token) {
  auto promise = std::make_shared<std::promise<engine::AuthDecision>>();
  engine::AuthQuestion question;
  question.key = "live/cam";
  question.address = "192.0.2.1:5";
  question.token = token;
  room.auth.authorise(question,
                      [promise](engine::AuthDecision decision) { promise->set_value(std::move(decision)); });
  return promise->get_future();
}

void start(Room& room, const std::string& config) {
  const auto folder = room.runtime / "built";
  std::filesystem::create_directory(folder);
  const std::filesystem::path library = SLUICE_TARPIT;
  for (const auto* ending : {".so", ".json"})
    std::filesystem::copy(library.parent_path() / ("auth-tarpit" + std::string(ending)), folder);
  REQUIRE(room.start({folder.string()},
                     R"({"modules": {"auth-tarpit": {"enabled": true, "config": )" + config + "}}}")
              .serving == 1);
}

}  // namespace

TEST_CASE("the secret opens at once, a guess is refused late") {
  Room room;
  start(room, R"({"secret": "open sesame", "delay_ms": 300})");
  const auto before = std::chrono::steady_clock::now();
  auto guess = ask(room, "open barley");
  auto other = ask(room, "open sesam");
  auto right = ask(room, "open sesame");
  REQUIRE(right.wait_for(10s) == std::future_status::ready);
  CHECK(right.get().allowed);
  for (auto* wrong : {&guess, &other}) {
    REQUIRE(wrong->wait_for(10s) == std::future_status::ready);
    CHECK(std::chrono::steady_clock::now() - before >= 300ms);
    CHECK_FALSE(wrong->get().allowed);
  }
}

TEST_CASE("who still waits is refused when the module goes") {
  Room room;
  start(room, R"({"secret": "open sesame", "delay_ms": 4000})");
  auto guess = ask(room, "x");
  REQUIRE(ask(room, "open sesame").get().allowed);  // so the guess has come too
  room.stop();
  REQUIRE(guess.wait_for(1s) == std::future_status::ready);
  CHECK_FALSE(guess.get().allowed);
}

TEST_CASE("without a secret nobody comes in, with an empty one neither") {
  Room room;
  start(room, R"({"delay_ms": 0})");
  auto nothing = ask(room, "");
  REQUIRE(nothing.wait_for(10s) == std::future_status::ready);
  CHECK_FALSE(nothing.get().allowed);
}
