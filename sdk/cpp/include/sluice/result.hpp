// Result<T>: a value or an error code with the place it came from. The one way rooms report failure.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace sluice {

template <class T>
using Result = boost::system::result<T>;

using boost::system::error_code;

}  // namespace sluice
