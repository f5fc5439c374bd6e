/* The pure half, without a host. */
#include <stdio.h>

#include "secrets.h"

static int failures = 0;

static void check(int holds, const char* what) {
  if (holds) return;
  printf("failed: %s\n", what);
  failures++;
}

static const secret_list secrets = {3, {{"cam", "open sesame"}, {"studio", "abab"}, {"nobody", ""}}};

static const char* owner(const char* shown) {
  const secret* found = owner_of(&secrets, shown, strlen(shown));
  return found ? found->name : "-";
}

int main(void) {
  check(strcmp(owner("open sesame"), "cam") == 0, "the secret leads to its name");
  check(strcmp(owner("abab"), "studio") == 0, "each to its own");
  check(strcmp(owner("open sesam"), "-") == 0, "a part is not enough");
  check(strcmp(owner("open sesame "), "-") == 0, "nor is more");
  check(strcmp(owner("ab"), "-") == 0 && strcmp(owner("ababab"), "-") == 0, "nor a repetition");
  check(strcmp(owner(""), "-") == 0, "an empty secret opens nothing");
  return failures;
}
