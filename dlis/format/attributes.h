// A neutral map of an operator's settings, between importers, the graph and the kernels.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dlis {

using Ints = std::vector<std::int64_t>;
using Floats = std::vector<float>;
using Strings = std::vector<std::string>;
using Attribute = std::variant<std::int64_t, float, std::string, Ints, Floats, Strings>;

// Reading a missing attribute, or one of another kind, gives the default.
class Attributes {
 public:
  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  std::int64_t integer(std::string_view name, std::int64_t otherwise = 0) const;
  float real(std::string_view name, float otherwise = 0) const;
  std::string text(std::string_view name, std::string otherwise = {}) const;
  Ints ints(std::string_view name, Ints otherwise = {}) const;
  Floats floats(std::string_view name, Floats otherwise = {}) const;
  void set(std::string name, Attribute value) { values_[std::move(name)] = std::move(value); }
  void erase(std::string_view name);
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  friend bool operator==(const Attributes&, const Attributes&) = default;

 private:
  std::map<std::string, Attribute, std::less<>> values_;
};

}  // namespace dlis
