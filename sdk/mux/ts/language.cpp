#include "sluice/mux/ts/language.hpp"

#include <algorithm>

namespace sluice::mux::ts {
namespace {

// ISO 639-1 and 639-2/T, five letters each, sorted.
constexpr std::string_view codes =
    "aaaarababkaeaveafafrakakaamamhanargararmasasaavavaayaymazazebabakbebelbgbulbibisbmbambnbenbobodbrbre"
    "bsboscacatcechechchacocoscrcrecscescuchucvchvcycymdadandedeudvdivdzdzoeeeweelellenengeoepoesspaetest"
    "eueusfafasfffulfifinfjfijfofaofrfrafyfrygaglegdglaglglggngrngugujgvglvhahauhehebhihinhohmohrhrvhthat"
    "huhunhyhyehzheriainaidindieileigiboiiiiiikipkioidoisislititaiuikujajpnjvjavkakatkgkonkikikkjkuakkkaz"
    "klkalkmkhmknkankokorkrkaukskaskukurkvkomkwcorkykirlalatlbltzlgluglilimlnlinlolaoltlitlulublvlavmgmlg"
    "mhmahmimrimkmkdmlmalmnmonmrmarmsmsamtmltmymyananaunbnobndndenenepngndonlnldnnnnononornrnblnvnavnynya"
    "ocociojojiomormororiososspapanpipliplpolpspusptporququermrohrnrunroronrurusrwkinsasanscsrdsdsndsesme"
    "sgsagsisinskslksmsmosnsnasosomsqsqisrsrpsssswstsotsusunsvsweswswatatamteteltgtgkththatitirtktuktltgl"
    "tntsntotontrturtstsotttattwtwitytahuguigukukrururduzuzbvevenvivievovolwawlnwowolxhxhoyiyidyoyorzazha"
    "zhzhozuzul";
// 639-2/B where it differs: bibliographic, then the 639-1 code.
constexpr std::string_view bibliographic =
    "albsqarmhybaqeuburmychizhczecsdutnlfrefrgeokagerdegreelicisimacmkmaomimaymsperfarumroslosktibbowelcy";

static_assert(codes.size() % 5 == 0 && bibliographic.size() % 5 == 0);

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::string iso639_of(std::string_view bcp47) {
  const std::string language = lower(bcp47.substr(0, bcp47.find('-')));
  if (!is_word(language)) return {};
  if (language.size() == 3) return language == "und" ? std::string() : language;
  for (size_t at = 0; language.size() == 2 && at < codes.size(); at += 5) {
    if (codes.substr(at, 2) == language) return std::string(codes.substr(at + 2, 3));
  }
  return {};
}

std::string bcp47_of(std::string_view iso639) {
  const std::string code = lower(iso639);
  if (code.size() != 3 || !is_word(code) || code == "und") return {};
  for (size_t at = 0; at < codes.size(); at += 5) {
    if (codes.substr(at + 2, 3) == code) return std::string(codes.substr(at, 2));
  }
  for (size_t at = 0; at < bibliographic.size(); at += 5) {
    if (bibliographic.substr(at, 3) == code) return std::string(bibliographic.substr(at + 3, 2));
  }
  return code;
}

}  // namespace sluice::mux::ts
