// Which images a folder has, and of which classes they are.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

struct LabelledFile {
  std::filesystem::path file;
  std::int32_t label = -1;  // unknown
};

struct ImageList {
  std::vector<LabelledFile> files;
  int classes = 0;  // of folders; 0: unknown
};

// The images in `place`: those that its labels.txt names, or one folder a class, the first of every
// class before the second, or without labels. Classes are numbered as the folders in `classes` are:
// by their names where these are numbers, else in order. Errors: no such folder or one that cannot
// be read, a line that makes no sense, an image beside the lines that has none, a class that
// `classes` lacks.
Result<ImageList> list_images(const std::filesystem::path& place,
                              const std::filesystem::path& classes);

}  // namespace dlis
