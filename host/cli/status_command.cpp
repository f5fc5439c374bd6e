#include "cli/status_command.hpp"

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "cli/table.hpp"
#include "control/endpoints.hpp"
#include "observe/printable.hpp"

namespace sluice::cli {
namespace {

void show_status(std::ostream& out, const Json& status) {
  const bool ready = status.value("ready", false);
  out << "sluice " << status.value("version", "") << ", pid " << status.value("pid", 0) << ", up "
      << short_age(std::chrono::seconds(status.value("uptime_s", 0))) << ": "
      << (status.value("stopping", false)   ? "stopping"
          : !ready                          ? "not ready"
          : status.value("degraded", false) ? "ready, degraded"
                                            : "ready")
      << '\n';
  for (const Json& reason : status.value("reasons", Json::array())) {
    out << "  " << observe::printable(reason.get<std::string>()) << '\n';
  }
  std::vector<control::Endpoint> endpoints;
  for (const Json& endpoint : status.value("endpoints", Json::array())) {
    endpoints.push_back(
        {endpoint.value("module", ""), endpoint.value("role", ""), endpoint.value("url", "")});
  }
  out << control::endpoint_table(endpoints);
}

std::string labels(const Json& metric) {
  std::string all;
  const Json labels = metric.value("labels", Json::object());
  for (const auto& [name, value] : labels.items()) {
    all +=
        (all.empty() ? "" : ",") + name + '=' + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return all;
}

void show_metrics(std::ostream& out, const Json& metrics) {
  Table table({"METRIC", "LABELS", "VALUE"});
  for (const Json& metric : metrics) {
    const bool histogram = metric.value("kind", "") == "histogram";
    const Json value = metric.value(histogram ? "count" : "value", Json(0));
    const std::string sum = histogram ? " (sum " + metric.value("sum", Json(0)).dump() + ")" : "";
    table.row({metric.value("name", ""), labels(metric), value.dump() + sum});
  }
  if (table.empty()) {
    out << "no metrics\n";
  } else {
    table.print(out);
  }
}

}  // namespace

void add_status(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ServerOptions>();

  CLI::App* status = app.add_subcommand("status", "Whether the running server is well, and its URLs");
  define_server_options(*status, *options);
  status->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      return ask_and_show(invocation, *options, {{"command", "status"}},
                          [&](const Json& result) { show_status(invocation.out, result); });
    };
  });

  CLI::App* metrics = app.add_subcommand("metrics", "Counters, gauges and histograms of the running server");
  define_server_options(*metrics, *options);
  metrics->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      return ask_and_show(invocation, *options, {{"command", "metrics"}},
                          [&](const Json& result) { show_metrics(invocation.out, result); });
    };
  });
}

}  // namespace sluice::cli
