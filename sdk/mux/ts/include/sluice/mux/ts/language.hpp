// Languages: BCP 47 in tracks, ISO 639-2 in descriptors.
#pragma once

#include <string>
#include <string_view>

namespace sluice::mux::ts {

// Three letters (639-2/T), or empty where the tag's language has none: "de-AT" is "deu".
std::string iso639_of(std::string_view bcp47);
// The shortest tag, as BCP 47 wants it: "deu" and "ger" are "de". Empty for what is no code, and for "und".
std::string bcp47_of(std::string_view iso639);

}  // namespace sluice::mux::ts
