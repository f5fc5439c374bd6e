// engine_stress [SCENE|all] [SECONDS] [SEED] [LANES]; SLUICE_STRESS_SECONDS overrides the seconds.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "stress.hpp"

int main(int argc, char** argv) {
  stress::Settings settings;
  const std::string scene = argc > 1 ? argv[1] : "all";
  if (argc > 2) settings.seconds = std::atof(argv[2]);
  if (argc > 3) settings.seed = static_cast<std::uint64_t>(std::atoll(argv[3]));
  if (argc > 4) settings.lanes = static_cast<unsigned>(std::atoi(argv[4]));
  if (const char* const wanted = std::getenv("SLUICE_STRESS_SECONDS")) settings.seconds = std::atof(wanted);
  const bool all = scene == "all";
  if (all) settings.seconds /= 5;
  if (all || scene == "tail") stress::run_tail(settings);
  if (all || scene == "wake") stress::run_wake(settings);
  if (all || scene == "join") stress::run_join(settings);
  if (all || scene == "leave") stress::run_leave(settings);
  if (all || scene == "churn") stress::run_churn(settings);
  std::puts("clean");
  return 0;
}
