// Pictures as bytes, for tests of image folders.
#pragma once
#include <cstdint>
#include <string>

namespace dlis::test {

inline std::string word(std::uint32_t n) {
  return {char(n >> 24), char(n >> 16), char(n >> 8), char(n)};
}
inline std::string chunk(const std::string& name, const std::string& data) {
  return word(std::uint32_t(data.size())) + name + data + word(0);  // nobody reads the checksum
}

// A PNG of side x side pixels, stored without compression; its header may say another side.
inline std::string png(int side, int channels = 3, std::uint32_t said = 0) {
  const std::string line = std::string(1, '\0') + std::string(std::size_t(side * channels), 'x');
  std::string pixels;
  for (int y = 0; y < side; ++y) pixels += line;
  const auto size = std::uint16_t(pixels.size());
  const std::string stored{1, char(size), char(size >> 8), char(~size), char(~size >> 8)};
  const std::string kind{8, char(channels == 1 ? 0 : channels == 3 ? 2 : 6), 0, 0, 0};
  const std::string extent = word(said ? said : std::uint32_t(side));
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", extent + extent + kind) +
         chunk("IDAT", "\x78\x01" + stored + pixels + word(0)) + chunk("IEND", "");
}

}  // namespace dlis::test
