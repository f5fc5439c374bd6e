// sluice modules list | inspect | check: none of them runs module code in this process.
#pragma once

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

void add_modules(CLI::App& app, Invocation& invocation);

}  // namespace sluice::cli
