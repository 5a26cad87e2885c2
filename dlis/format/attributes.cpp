// Typed reading of an operator's settings.
#include "dlis/format/attributes.h"

namespace dlis {
namespace {

template <class T, class Map>
T read(const Map& values, std::string_view name, T otherwise) {
  auto it = values.find(name);
  if (it == values.end()) return otherwise;
  const T* found = std::get_if<T>(&it->second);
  return found ? *found : otherwise;
}

}  // namespace

std::int64_t Attributes::integer(std::string_view name, std::int64_t otherwise) const {
  return read(values_, name, otherwise);
}
float Attributes::real(std::string_view name, float otherwise) const {
  return read(values_, name, otherwise);
}
std::string Attributes::text(std::string_view name, std::string otherwise) const {
  return read(values_, name, std::move(otherwise));
}
Ints Attributes::ints(std::string_view name, Ints otherwise) const {
  return read(values_, name, std::move(otherwise));
}
Floats Attributes::floats(std::string_view name, Floats otherwise) const {
  return read(values_, name, std::move(otherwise));
}
void Attributes::erase(std::string_view name) {
  if (auto it = values_.find(name); it != values_.end()) values_.erase(it);
}

}  // namespace dlis
