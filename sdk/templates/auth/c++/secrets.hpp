// Who may come in: names and their secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

struct Secret {
  std::string name;
  std::string text;
};

// Takes as long whatever differs, so that its time tells nothing.
inline bool same_secret(std::string_view shown, std::string_view secret) {
  if (secret.empty()) return false;
  unsigned difference = shown.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < shown.size(); ++i)
    difference |=
        static_cast<unsigned char>(shown[i]) ^ static_cast<unsigned char>(secret[i % secret.size()]);
  return difference == 0;
}

// Whose secret this is; null: nobody's.
inline const Secret* owner_of(const std::vector<Secret>& secrets, std::string_view shown) {
  const Secret* found = nullptr;
  for (const Secret& secret : secrets)
    if (same_secret(shown, secret.text)) found = &secret;
  return found;
}
