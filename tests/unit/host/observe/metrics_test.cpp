#include "observe/metrics.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

using namespace sluice::observe;

namespace {

MetricSpec counter(std::string_view name, std::string_view labels = {}) {
  return {MetricKind::counter, name, "help", labels, {}};
}

}  // namespace

TEST_CASE("the same name and labels give the same metric, in any order of labels") {
  Metrics metrics;
  auto* first = metrics.open("m", counter("drops_total", "reason=limit,side=in")).value();
  CHECK(metrics.open("m", counter("drops_total", "side=in,reason=limit")).value() == first);
  CHECK(metrics.open("m", counter("drops_total", "side=out,reason=limit")).value() != first);
  CHECK(metrics.open("other", counter("drops_total", "reason=limit,side=in")).value() != first);
  CHECK(metrics.open("m", {MetricKind::gauge, "drops_total", "", "reason=limit,side=in", {}}).error() ==
        MetricsErrc::other_kind);
}

TEST_CASE("bad names, labels and bounds are refused") {
  Metrics metrics;
  const auto refused = [&](const MetricSpec& spec) { return metrics.open("m", spec).error(); };
  for (const auto* name : {"", "9lives", "Upper", "dash-ed", "a b"}) {
    CAPTURE(name);
    CHECK(refused(counter(name)) == MetricsErrc::bad_name);
  }
  for (const auto* labels :
       {"reason", "=x", "a=1,", "a=1,a=2", "a=\"x\"", "module=x", "A=1", "a=b=c", "a=1\n"}) {
    CAPTURE(labels);
    CHECK(refused(counter("ok", labels)) == MetricsErrc::bad_labels);
  }
  const std::vector<std::int64_t> falling = {2, 1}, equal = {1, 1}, many(33, 0);
  for (const auto& bounds : {falling, equal, many, {}}) {
    CHECK(refused({MetricKind::histogram, "h", "", "", bounds}) == MetricsErrc::bad_bounds);
  }
  CHECK(refused({MetricKind::counter, "c", "", "", falling}) == MetricsErrc::bad_bounds);
}

TEST_CASE("a module has at most 1024 metrics, and others still have theirs") {
  Metrics metrics;
  for (std::size_t i = 0; i < Metrics::max_per_module; ++i) {
    REQUIRE(metrics.open("m", counter("n", "i=" + std::to_string(i))).has_value());
  }
  CHECK(metrics.open("m", counter("one_more")).error() == MetricsErrc::too_many);
  CHECK(metrics.open("m", counter("n", "i=7")).has_value());
  CHECK(metrics.open("other", counter("n")).has_value());
}

TEST_CASE("each kind counts as it should") {
  Metrics metrics;
  auto* total = metrics.open("m", counter("c")).value();
  total->add(3);
  total->add(-1);  // a counter never falls
  total->set(99);
  CHECK(total->value() == 3);
  auto* level = metrics.open("m", {MetricKind::gauge, "g", "", "", {}}).value();
  level->set(10);
  level->add(-4);
  CHECK(level->value() == 6);
  const std::vector<std::int64_t> bounds = {10, 100};
  auto* times = metrics.open("m", {MetricKind::histogram, "h", "", "", bounds}).value();
  for (const std::int64_t value : {1, 10, 11, 100, 101, 5000}) times->add(value);

  const auto snapshot = metrics.snapshot();
  REQUIRE(snapshot.size() == 3);
  CHECK(snapshot[0]["labels"]["module"] == "m");
  CHECK(snapshot[0]["value"] == 3);
  CHECK(snapshot[2]["sum"] == 5223);
  CHECK(snapshot[2]["count"] == 6);
  CHECK(snapshot[2]["buckets"][0] == nlohmann::json{{"le", 10}, {"count", 2}});
  CHECK(snapshot[2]["buckets"][1] == nlohmann::json{{"le", 100}, {"count", 4}});
}

TEST_CASE("sources are asked at each snapshot, and what they no longer name is gone") {
  Metrics metrics;
  metrics.open("m", counter("b_total")).value()->add(1);
  std::vector<Sample> living = {{MetricKind::gauge, "c", "help", "m", "generation=2", 7},
                                {MetricKind::counter, "a_total", "", "", "", 5}};
  metrics.add_source([&](std::vector<Sample>& out) { out.insert(out.end(), living.begin(), living.end()); });
  auto snapshot = metrics.snapshot();
  REQUIRE(snapshot.size() == 3);
  CHECK(snapshot[0]["name"] == "a_total");  // one order for both kinds
  CHECK(snapshot[0]["kind"] == "counter");
  CHECK(snapshot[0]["value"] == 5);
  CHECK(snapshot[1]["name"] == "b_total");
  CHECK(snapshot[2] == nlohmann::json{{"name", "c"},
                                      {"help", "help"},
                                      {"kind", "gauge"},
                                      {"labels", {{"module", "m"}, {"generation", "2"}}},
                                      {"value", 7}});
  living.clear();
  snapshot = metrics.snapshot();
  REQUIRE(snapshot.size() == 1);
  CHECK(snapshot[0]["name"] == "b_total");
}

TEST_CASE("many threads lose no count") {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto* total = metrics.open("m", counter("c")).value();
      for (int n = 0; n < 20'000; ++n) total->add(1);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(metrics.snapshot()[0]["value"] == 80'000);
}
