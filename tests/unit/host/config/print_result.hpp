// Lets Catch print results whose values have no text of their own.
#pragma once

#include <boost/system/result.hpp>
#include <catch2/catch.hpp>

namespace Catch {

template <class T, class E>
struct StringMaker<boost::system::result<T, E>> {
  static std::string convert(const boost::system::result<T, E>& one) { return one ? "a value" : "an error"; }
};

}  // namespace Catch
