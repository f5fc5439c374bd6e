// `sluice modules reload | drain | enable | disable | reset | explain ID` and `graph`: the running server's
// modules by hand.
#pragma once

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

// Into the family `sluice modules`.
void add_live_modules(CLI::App& family, Invocation& invocation);

}  // namespace sluice::cli
