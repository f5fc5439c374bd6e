// sluice modules check FILE: the conformance kit. And, hidden, the process that each of its cases runs in.
#pragma once

namespace CLI {
class App;
}

namespace sluice::cli {

struct Invocation;

// `family` is `modules`.
void add_check(CLI::App& family, Invocation& invocation);
void add_kit_case(CLI::App& app, Invocation& invocation);

}  // namespace sluice::cli
