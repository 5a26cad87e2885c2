// Folders that are divided into train/ and test/.
#pragma once
#include <filesystem>
#include <string>

#include "dlis/data/dataset.h"

namespace dlis {

// Whether `place` has folders train and test.
bool is_divided(const std::filesystem::path& place);

// The folder to read: of train/, test/ and heldout/, where there is one, that which the option
// `split` asks for (test), with its name in `split`; `place` itself where it is not divided.
// Errors: no such split.
Result<std::filesystem::path> split_folder(const DatasetRequest& request, std::string& split);

// DatasetRow::training and DatasetRow::held_out of such folders.
std::string training_split(const std::string& place);
std::string held_out_split(const std::string& place);

}  // namespace dlis
