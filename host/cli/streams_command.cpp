#include "cli/streams_command.hpp"

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/exit_code.hpp"
#include "cli/invocation.hpp"
#include "cli/table.hpp"

namespace sluice::cli {
namespace {

struct Options {
  ServerOptions server;
  std::string stream;
  std::uint64_t viewer = 0;
  bool one_viewer = false;
  std::string reason;
};

std::uint64_t number(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? static_cast<std::uint64_t>(found->get<double>()) : 0;
}

std::string age(const Json& object) { return short_age(std::chrono::seconds(number(object, "age_s"))); }

std::string text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string codecs(const Json& stream) {
  std::string all;
  for (const Json& track : stream.value("tracks", Json::array())) {
    all += (all.empty() ? "" : "+") + text(track, "codec");
  }
  return all;
}

void show_streams(std::ostream& out, const Json& streams) {
  Table table({"STREAM", "STATE", "TRACKS", "VIEWERS", "BITRATE", "AGE", "FROM", "PROTOCOL"});
  for (const Json& stream : streams) {
    table.row({text(stream, "key"), text(stream, "state"), codecs(stream),
               std::to_string(number(stream, "viewers")), short_bits(number(stream, "bitrate")), age(stream),
               text(stream, "peer"), text(stream, "protocol")});
  }
  if (table.empty()) {
    out << "no streams\n";
  } else {
    table.print(out);
  }
}

void show_viewers(std::ostream& out, const Json& viewers) {
  Table table({"VIEWER", "STREAM", "PEER", "PROTOCOL", "AGE", "SENT", "SKIPPED"});
  for (const Json& viewer : viewers) {
    table.row({std::to_string(number(viewer, "id")), text(viewer, "stream"), text(viewer, "peer"),
               text(viewer, "protocol"), age(viewer), short_bytes(number(viewer, "bytes")),
               std::to_string(number(viewer, "skipped"))});
  }
  if (table.empty()) {
    out << "no viewers\n";
  } else {
    table.print(out);
  }
}

int kick(Invocation& invocation, const Options& options) {
  Json request{{"command", "kick"}};
  if (!options.stream.empty()) request["stream"] = options.stream;
  if (options.one_viewer) request["viewer"] = options.viewer;
  if (!options.reason.empty()) request["reason"] = options.reason;
  return ask_and_show(invocation, options.server, request, [&](const Json& result) {
    invocation.out << "kicked " << number(result, "kicked") << '\n';
  });
}

}  // namespace

void add_streams(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<Options>();

  CLI::App* streams = app.add_subcommand("streams", "The streams of the running server");
  define_server_options(*streams, options->server);
  streams->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      return ask_and_show(invocation, options->server, {{"command", "streams"}},
                          [&](const Json& result) { show_streams(invocation.out, result); });
    };
  });

  CLI::App* viewers = app.add_subcommand("viewers", "The viewers of the running server, or of one stream");
  viewers->add_option("STREAM", options->stream, "app/name");
  define_server_options(*viewers, options->server);
  viewers->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      return ask_and_show(invocation, options->server, {{"command", "viewers"}, {"stream", options->stream}},
                          [&](const Json& result) { show_viewers(invocation.out, result); });
    };
  });

  CLI::App* kick_one = app.add_subcommand("kick", "End a stream's publisher and viewers, or one viewer");
  kick_one->add_option("STREAM", options->stream, "app/name");
  CLI::Option* viewer =
      kick_one->add_option("--viewer", options->viewer, "Only this viewer (see `sluice viewers`)");
  viewer->type_name("ID");
  kick_one->add_option("--reason", options->reason, "For the peer and the log")->type_name("TEXT");
  define_server_options(*kick_one, options->server);
  kick_one->callback([&invocation, options, viewer] {
    options->one_viewer = viewer->count() > 0;
    if (options->stream.empty() && !options->one_viewer) throw CLI::RequiredError("STREAM or --viewer ID");
    invocation.action = [&invocation, options] { return kick(invocation, *options); };
  });
}

}  // namespace sluice::cli
