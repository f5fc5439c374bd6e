// sluice status | metrics: how a running server is.
#pragma once

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

void add_status(CLI::App& app, Invocation& invocation);

}  // namespace sluice::cli
