// Fields as bytes and back. A type has one function `pass(fields, value)` that hands its fields on;
// a writer takes them and a reader fills them, so the two cannot fall apart. For the machine that
// wrote them: numbers lie as they do in memory.
#pragma once
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace dlis {

class FieldWriter {
 public:
  static constexpr bool kReads = false;
  void raw(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
  }
  std::size_t count(std::size_t have) {
    const auto number = std::int64_t(have);
    raw(&number, sizeof number);
    return have;
  }
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// What lies beyond the end reads as nothing, and `is_whole` says so.
class FieldReader {
 public:
  static constexpr bool kReads = true;
  explicit FieldReader(std::string_view bytes) : left_(bytes) {}
  void raw(void* data, std::size_t size) {
    if (size > left_.size()) return fail();
    if (size == 0) return;  // of nothing there may be no address
    std::memcpy(data, left_.data(), size);
    left_.remove_prefix(size);
  }
  // Of elements that follow, a byte each at least, so that no number asks for all memory.
  std::size_t count(std::size_t) {
    std::int64_t number = 0;
    raw(&number, sizeof number);
    if (number >= 0 && std::uint64_t(number) <= left_.size()) return std::size_t(number);
    fail();
    return 0;
  }
  void fail() { whole_ = false, left_ = {}; }
  bool is_whole() const { return whole_ && left_.empty(); }
  std::size_t left() const { return left_.size(); }

 private:
  std::string_view left_;
  bool whole_ = true;
};

template <class Fields, class T>
requires std::is_arithmetic_v<T> || std::is_enum_v<T>
void pass(Fields& fields, T& number) { fields.raw(&number, sizeof number); }

template <class Fields>
void pass(Fields& fields, std::string& text) {
  text.resize(fields.count(text.size()));
  fields.raw(text.data(), text.size());
}

template <class Fields, class T>
void pass(Fields& fields, std::vector<T>& list) {
  list.resize(fields.count(list.size()));
  for (T& one : list) pass(fields, one);
}

template <class Fields, class T>
void pass(Fields& fields, std::optional<T>& maybe) {
  const std::size_t there = fields.count(maybe.has_value());
  if constexpr (Fields::kReads)
    if (there > 1) return fields.fail();
  if (there == 0) return maybe.reset();
  if (!maybe) maybe.emplace();
  pass(fields, *maybe);
}

template <class Fields, class Key, class T>
void pass(Fields& fields, std::map<Key, T>& map) {
  const std::size_t size = fields.count(map.size());
  if constexpr (Fields::kReads) {
    map.clear();
    for (std::size_t i = 0; i < size; ++i) {
      Key key{};
      pass(fields, key);
      pass(fields, map[key]);
    }
  } else {
    for (auto& [key, value] : map) {
      Key copy = key;
      pass(fields, copy);
      pass(fields, value);
    }
  }
}

}  // namespace dlis
