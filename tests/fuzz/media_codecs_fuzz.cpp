// First byte: which codec. The rest: a configuration, and the same bytes as a frame under a sound one.
#include <cstdlib>

#include "sluice/media/aac.hpp"
#include "sluice/media/av1.hpp"
#include "sluice/media/avc.hpp"
#include "sluice/media/hevc.hpp"
#include "sluice/media/mp3.hpp"
#include "sluice/media/opus.hpp"
#include "sluice/media/vp9.hpp"

using namespace sluice::media;
using Bytes = std::span<const uint8_t>;

static void check(bool sound) {
  if (!sound) std::abort();
}

// What parses must print something that parses and prints the same; a scanned frame must come out as long as
// said.
template <class Parse, class Print>
static void round_trip(Bytes in, Parse parse, Print print) {
  const auto config = parse(in);
  if (!config) return;
  const auto printed = print(*config);
  const auto again = parse(Bytes(printed));
  check(again && print(*again) == printed);
}

static void avc(Bytes in) {
  round_trip(in, parse_avc_config, serialise_avc_config);
  AvcConfig config;
  (void)parse_avc_sps(in);
  (void)absorb_avc_parameter_sets(in, config);
  const auto facts = scan_avc_frame(in, config);
  if (!facts) return;
  std::vector<uint8_t> out(facts->canonical_size);
  check(write_canonical_avc(in, config, out) == out.size());
  check(!scan_avc_frame(out, config)->needs_rewrite);
}

static void hevc(Bytes in) {
  round_trip(in, parse_hevc_config, serialise_hevc_config);
  HevcConfig config;
  (void)parse_hevc_sps(in);
  (void)absorb_hevc_parameter_sets(in, config);
  const auto facts = scan_hevc_frame(in, config);
  if (!facts) return;
  std::vector<uint8_t> out(facts->canonical_size);
  check(write_canonical_hevc(in, config, out) == out.size());
  check(!scan_hevc_frame(out, config)->needs_rewrite);
}

static void av1(Bytes in) {
  round_trip(in, parse_av1_config, serialise_av1_config);
  (void)make_av1_config(in);
  const auto facts = scan_av1_frame(in, {});
  if (!facts) return;
  std::vector<uint8_t> out(facts->canonical_size);
  check(write_canonical_av1(in, out) == out.size());
  check(!scan_av1_frame(out, {})->needs_rewrite);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const Bytes in(bytes + 1, size - 1);
  switch (bytes[0] % 6) {
    case 0:
      avc(in);
      break;
    case 1:
      hevc(in);
      break;
    case 2:
      av1(in);
      break;
    case 3:
      round_trip(in, parse_vp9_config, serialise_vp9_config);
      (void)scan_vp9_frame(in);
      break;
    case 4:
      (void)parse_mp3_header(in);
      if (const auto config = parse_aac_config(in)) {
        if (const auto printed = serialise_aac_config(*config)) check(parse_aac_config(*printed).has_value());
      }
      break;
    case 5:
      round_trip(in, parse_opus_config, serialise_opus_config);
      (void)opus_packet_samples(in);
      break;
  }
  return 0;
}
