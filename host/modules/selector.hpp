// Which of several providers of an interface is meant: a provision's name, or an object matched against its
// name and attributes (an array offers each of its members). Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sluice::modules {

// A null selector means any.
bool selects(const nlohmann::json& selector, const std::string& name, const nlohmann::json& attributes);

}  // namespace sluice::modules
