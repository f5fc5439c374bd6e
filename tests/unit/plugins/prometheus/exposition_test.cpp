#include "exposition.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace sluice::prometheus;

TEST_CASE("a family stands together, with its help and its kind once") {
  Exposition out;
  out.add("b_total", "counter", "Of b.", {{"x", "1"}}, 5);
  out.add("a", "gauge", "Of a.", {}, 0.5);
  out.add("b_total", "counter", "Other words.", {{"x", "2"}}, 12'345'678'901.0);
  CHECK(out.text() ==
        "# HELP a Of a.\n# TYPE a gauge\na 0.5\n"
        "# HELP b_total Of b.\n# TYPE b_total counter\nb_total{x=\"1\"} 5\nb_total{x=\"2\"} 12345678901\n");
}

TEST_CASE("what would break a line is escaped") {
  Exposition out;
  out.add("a", "gauge", "line\nand \\ and \"", {{"x", "\"q\"\n\\"}}, std::numeric_limits<double>::infinity());
  CHECK(out.text() == "# HELP a line\\nand \\\\ and \"\n# TYPE a gauge\na{x=\"\\\"q\\\"\\n\\\\\"} +Inf\n");
}

TEST_CASE("the host's metrics, histograms as Prometheus has them") {
  Exposition out;
  out.add_all(nlohmann::json::parse(R"([
    {"name": "m_total", "kind": "counter", "help": "M.", "labels": {"module": "rtmp"}, "value": 7},
    {"name": "h", "kind": "histogram", "help": "H.", "labels": {}, "sum": 9, "count": 3,
     "buckets": [{"le": 1, "count": 1}, {"le": 5, "count": 2}]}])"),
              "sluice_");
  CHECK(out.text() ==
        "# HELP sluice_h H.\n# TYPE sluice_h histogram\nsluice_h_bucket{le=\"1\"} "
        "1\nsluice_h_bucket{le=\"5\"} 2\n"
        "sluice_h_bucket{le=\"+Inf\"} 3\nsluice_h_sum 9\nsluice_h_count 3\n"
        "# HELP sluice_m_total M.\n# TYPE sluice_m_total counter\nsluice_m_total{module=\"rtmp\"} 7\n");
}
