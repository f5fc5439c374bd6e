// sluice streams | viewers | kick: what flows through a running server, and stopping some of it.
#pragma once

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

void add_streams(CLI::App& app, Invocation& invocation);

}  // namespace sluice::cli
