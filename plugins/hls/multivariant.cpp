#include "multivariant.hpp"

#include <algorithm>
#include <vector>

#include "spelling.hpp"

namespace sluice::hls {
namespace {

// Each format once, in order.
std::string joined_codecs(std::string_view video, const std::vector<Rendition>& sound) {
  std::vector<std::string_view> seen;
  std::string all;
  const auto take = [&](std::string_view codecs) {
    if (codecs.empty() || std::ranges::find(seen, codecs) != seen.end()) return;
    seen.push_back(codecs);
    if (!all.empty()) all += ',';
    all += codecs;
  };
  take(video);
  for (const Rendition& rendition : sound) take(rendition.codecs);
  return all;
}

// Three decimals, rounded: 30000/1001 -> 29.970.
std::string frame_rate(const Rendition& video) {
  const std::uint64_t thousandths =
      (std::uint64_t{video.frame_rate_num} * 1000 + video.frame_rate_den / 2) / video.frame_rate_den;
  const std::string decimals = std::to_string(thousandths % 1000);
  return std::to_string(thousandths / 1000) + "." + std::string(3 - decimals.size(), '0') + decimals;
}

// Names within a group differ: the language, or the number.
std::string name_of(const std::vector<Rendition>& sound, std::size_t at) {
  const std::string& language = sound[at].language;
  const auto alike = [&](const Rendition& other) { return other.language == language; };
  if (!language.empty() && std::ranges::count_if(sound, alike) == 1) return language;
  return (language.empty() ? "audio" : language) + " " + std::to_string(at + 1);
}

class Writer {
 public:
  Writer(std::span<const Layer> layers, std::string_view query) : layers_(layers), query_(query) {
    const auto found = std::ranges::find_if(layers, [](const Layer& layer) { return !layer.audio.empty(); });
    if (found != layers.end()) sound_ = &*found;
    has_video_ = std::ranges::any_of(layers, [](const Layer& layer) { return !layer.video.empty(); });
  }

  std::string write() {
    text_ = "#EXTM3U\n#EXT-X-VERSION:6\n";
    if (all_independent()) text_ += "#EXT-X-INDEPENDENT-SEGMENTS\n";
    if (has_group()) group();
    for (const Layer& layer : layers_)
      for (const Rendition& video : layer.video) variant(layer.folder, &video);
    if (!has_video_ && sound_) variant(sound_->folder, nullptr);
    return std::move(text_);
  }

 private:
  std::string playlist_of(const std::string& folder, const Rendition& rendition) const {
    return folder + rendition.id + "/media.m3u8" + std::string(query_);
  }

  bool has_group() const { return sound_ && (has_video_ || sound_->audio.size() > 1); }

  bool all_independent() const {
    const auto independent = [](const Rendition& rendition) { return rendition.independent; };
    return std::ranges::all_of(layers_, [&](const Layer& layer) {
      return std::ranges::all_of(layer.video, independent) && std::ranges::all_of(layer.audio, independent);
    });
  }

  void group() {
    for (std::size_t i = 0; i < sound_->audio.size(); ++i) {
      const Rendition& audio = sound_->audio[i];
      text_ += "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=" + quoted(name_of(sound_->audio, i));
      if (!audio.language.empty()) text_ += ",LANGUAGE=" + quoted(audio.language);
      text_ += i == 0 ? ",DEFAULT=YES,AUTOSELECT=YES" : ",DEFAULT=NO,AUTOSELECT=YES";
      if (audio.channels > 0) text_ += ",CHANNELS=\"" + std::to_string(audio.channels) + '"';
      text_ += ",URI=" + quoted(playlist_of(sound_->folder, audio)) + "\n";
    }
  }

  void variant(const std::string& folder, const Rendition* video) {
    static const std::vector<Rendition> silence;
    const std::vector<Rendition>& sound = sound_ ? sound_->audio : silence;
    std::uint64_t peak = 0, average = 0;
    for (const Rendition& audio : sound) {
      peak = std::max(peak, audio.peak_bitrate);
      average = std::max(average, audio.average_bitrate);
    }
    if (video) {
      peak += video->peak_bitrate;
      average += video->average_bitrate;
    }
    text_ += "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(std::max<std::uint64_t>(peak, 1));
    if (average > 0) text_ += ",AVERAGE-BANDWIDTH=" + std::to_string(average);
    const std::string codecs = joined_codecs(video ? std::string_view(video->codecs) : "", sound);
    if (!codecs.empty()) text_ += ",CODECS=" + quoted(codecs);
    if (video && video->width > 0 && video->height > 0)
      text_ += ",RESOLUTION=" + std::to_string(video->width) + "x" + std::to_string(video->height);
    if (video && video->frame_rate_num > 0 && video->frame_rate_den > 0)
      text_ += ",FRAME-RATE=" + frame_rate(*video);
    if (has_group()) text_ += ",AUDIO=\"audio\"";
    text_ += "\n" + playlist_of(folder, video ? *video : sound.front()) + "\n";
  }

  std::span<const Layer> layers_;
  std::string_view query_;
  const Layer* sound_ = nullptr;
  bool has_video_ = false;
  std::string text_;
};

}  // namespace

std::string write_multivariant(std::span<const Layer> layers, std::string_view query) {
  return Writer(layers, query).write();
}

}  // namespace sluice::hls
