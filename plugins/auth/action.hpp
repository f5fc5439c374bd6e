// What is asked for, and things there are one of for each.
#pragma once

namespace sluice::auth {

enum class Action { publish, play };

template <class T>
struct PerAction {
  T publish{};
  T play{};

  T& operator[](Action action) { return action == Action::publish ? publish : play; }
  const T& operator[](Action action) const { return action == Action::publish ? publish : play; }
};

}  // namespace sluice::auth
