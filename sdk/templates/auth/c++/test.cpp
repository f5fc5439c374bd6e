// The pure half, without a host.
#include <cstdio>

#include "secrets.hpp"

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("failed: %s\n", what);
  ++failures;
}

}  // namespace

int main() {
  const std::vector<Secret> secrets{{"cam", "open sesame"}, {"studio", "abab"}, {"nobody", ""}};
  const auto owner = [&](std::string_view shown) {
    const Secret* found = owner_of(secrets, shown);
    return found ? found->name : std::string("-");
  };
  check(owner("open sesame") == "cam", "the secret leads to its name");
  check(owner("abab") == "studio", "each to its own");
  check(owner("open sesam") == "-", "a part is not enough");
  check(owner("open sesame ") == "-", "nor is more");
  check(owner("ab") == "-" && owner("ababab") == "-", "nor a repetition");
  check(owner("") == "-", "an empty secret opens nothing");
  return failures;
}
