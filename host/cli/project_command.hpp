// sluice new module: the first files of somebody's own module.
#pragma once

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

void add_new(CLI::App& app, Invocation& invocation);

}  // namespace sluice::cli
