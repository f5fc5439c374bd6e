// sluice probe-module: how the server starts the child that tries a module. Not for people, so --help does
// not show it.
#pragma once

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

void add_probe(CLI::App& app, Invocation& invocation);

}  // namespace sluice::cli
