// sluice config check | schema | show
#pragma once

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

void add_config(CLI::App& app, Invocation& invocation);

}  // namespace sluice::cli
