#include "kit/case_run.hpp"

#include <catch2/catch.hpp>

using namespace sluice::kit;

TEST_CASE("a case's process is told all that it needs") {
  KitOrder order;
  order.file = "acme.so";
  order.program = "/bin/sluice";
  order.patience = std::chrono::milliseconds(250);
  CHECK(case_words(order, "life", "/f") == std::vector<std::string>{"/bin/sluice", "kit-case", "life",
                                                                    "acme.so", "--folder", "/f", "--patience",
                                                                    "250"});
  order.quick = true;
  order.config_file = "c.json";
  const auto words = case_words(order, "life", "/f");
  CHECK(words[8] == "--quick");
  CHECK(words[9] == "--config");
  CHECK(words[10] == "c.json");
}

TEST_CASE("an order that makes no sense is refused before anything happens") {
  CaseOrder order;
  order.name = "no-such-case";
  order.folder = "/tmp";
  CHECK(run_case(order) == 2);
  order.name = "life";
  order.folder = "/proc/no-such-folder";
  CHECK(run_case(order) == 2);
}
