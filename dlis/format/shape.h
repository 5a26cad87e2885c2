// Extents or strides of a tensor, at most eight axes, without allocation.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace dlis {

inline constexpr int kMaxRank = 8;

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents)
      : Shape(std::span(extents.begin(), extents.size())) {}
  explicit Shape(std::span<const std::int64_t> extents);  // asserts at most kMaxRank

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return extents_[axis]; }
  std::int64_t& operator[](int axis) { return extents_[axis]; }
  const std::int64_t* begin() const { return extents_.data(); }
  const std::int64_t* end() const { return extents_.data() + rank_; }
  std::int64_t back() const { return extents_[rank_ - 1]; }
  void push_back(std::int64_t extent);
  std::int64_t elements() const;  // the product; 1 for a scalar
  std::string text() const;       // "1x3x224x224"; "scalar" for rank 0
  friend bool operator==(const Shape& a, const Shape& b);

 private:
  std::array<std::int64_t, kMaxRank> extents_{};
  int rank_ = 0;
};

Shape row_major_strides(const Shape& shape);

// numpy's broadcasting; an empty Shape and false where the two do not fit.
bool broadcast(const Shape& a, const Shape& b, Shape& out);

}  // namespace dlis
