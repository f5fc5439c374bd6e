// `--name value` pairs of the benchmark's own programs.
#pragma once

#include <charconv>
#include <map>
#include <string>

#include "socket.hpp"

namespace sluice::bench {

class Options {
 public:
  // `known` names what there is, with the value of what is not given.
  Options(int argc, char** argv, std::map<std::string, std::string> known) : values_(std::move(known)) {
    for (int i = 1; i < argc; i += 2) {
      const std::string name = argv[i];
      if (!values_.contains(name) || i + 1 == argc) fail("what is '" + name + "'? There are" + names());
      values_[name] = argv[i + 1];
    }
  }

  const std::string& text(const std::string& name) const { return values_.at(name); }

  long number(const std::string& name) const {
    const std::string& text = values_.at(name);
    long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) fail(name + " wants a number");
    return value;
  }

 private:
  std::string names() const {
    std::string all;
    for (const auto& [name, value] : values_) all += " " + name + " (" + value + ")";
    return all;
  }

  std::map<std::string, std::string> values_;
};

}  // namespace sluice::bench
