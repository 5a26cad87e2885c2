// Where what can be made again is kept between runs.
#pragma once
#include <filesystem>

namespace dlis {

// $XDG_CACHE_HOME/dlis, else $HOME/.cache/dlis, else empty: nothing is kept. It may not exist yet.
std::filesystem::path cache_folder();

}  // namespace dlis
