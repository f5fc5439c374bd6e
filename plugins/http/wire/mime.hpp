// What a file is, by its name. Unknown names are application/octet-stream, which no browser runs.
#pragma once

#include <string_view>

namespace sluice::http {

std::string_view mime_of(std::string_view file_name);

}  // namespace sluice::http
