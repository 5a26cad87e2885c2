// The list of built-in networks and their names.
#include "dlis/model/zoo/zoo.h"

#include <fmt/format.h>

#include <array>

#include "dlis/base/text.h"

namespace dlis {
namespace zoo {
#define DLIS_ROW(name) extern const ModelRow name##_row;
#include "dlis/model/zoo/models.inc"
#undef DLIS_ROW
}  // namespace zoo

namespace {

constexpr std::array kModels{
#define DLIS_ROW(name) &zoo::name##_row,
#include "dlis/model/zoo/models.inc"
#undef DLIS_ROW
};

constexpr int kCifar = 32, kImageNet = 224;

const ModelRow* find_model(std::string_view name) {
  for (const ModelRow* row : kModels)
    if (name == row->name) return row;
  return nullptr;
}

struct Chosen {
  const ModelRow* row;
  int size;
};

Result<Chosen> choose(std::string_view text) {
  const auto parts = split(text, '@');
  const ModelRow* row = find_model(parts[0]);
  if (!row) return tl::unexpected(unknown_name("model", parts[0], names_of(models())));
  int size = kCifar;
  if (parts.size() > 1) {
    const auto number = parse_integer(parts[1]);
    size = number && (*number == kCifar || *number == kImageNet) && parts.size() == 2 ? int(*number)
                                                                                      : 0;
  }
  if ((size == kCifar && row->cifar) || (size == kImageNet && row->imagenet))
    return Chosen{row, size};
  if (row->of_data) {
    if (parts.size() == 1) return Chosen{row, 0};
    return fail(fmt::format("there is no model '{}'", text), {},
                fmt::format("its only form is {} ({})", row->name, row->of_data));
  }
  return fail(fmt::format("there is no model '{}'", text), {},
              row->imagenet
                  ? fmt::format("its forms are {0} (CIFAR-10) and {0}@224 (ImageNet)", row->name)
                  : fmt::format("its only form is {} (CIFAR-10)", row->name));
}

}  // namespace

std::span<const ModelRow* const> models() { return kModels; }

Result<Graph> build_model(std::string_view name, std::uint64_t seed) {
  const Chosen chosen = DLIS_TRY(choose(name));
  return chosen.row->build(chosen.size, seed);
}

bool is_model_name(std::string_view name) { return choose(name).has_value(); }

}  // namespace dlis
