// A folder of its own for a test, gone afterwards.
#pragma once
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

namespace dlis {

struct TestFolder {
  std::filesystem::path path;

  explicit TestFolder(const char* name)
      : path(std::filesystem::temp_directory_path() /
             ("dlis_" + std::string(name) + "_" + std::to_string(std::random_device{}()))) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  TestFolder(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path); }

  std::filesystem::path put(const std::string& name, std::string_view content) const {
    const std::filesystem::path file = path / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }
};

}  // namespace dlis
