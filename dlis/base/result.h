// Errors as values: what is wrong, where, and what to do about it.
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace dlis {

// The world is wrong (file, model, device, spec). The three parts make one sentence.
struct Error {
  std::string what;      // "the file is truncated"
  std::string where;     // "resnet20.onnx, node conv1"; may be empty
  std::string hint;      // "download it again"; may be empty
  bool refused = false;  // a choice does not apply: an exploration records it and goes on
  std::string message() const;
};

// A value, or what went wrong.
template <class T>
using Result = tl::expected<T, Error>;
// Nothing, or what went wrong.
using Status = Result<void>;

// The world is wrong: what, where, and what to do.
inline tl::unexpected<Error> fail(std::string what, std::string where = {}, std::string hint = {}) {
  return tl::unexpected<Error>(Error{std::move(what), std::move(where), std::move(hint)});
}

// A choice does not apply: Error::refused, with the reason.
inline tl::unexpected<Error> refusal(std::string reason) {
  return tl::unexpected<Error>(Error{std::move(reason), {}, {}, true});
}

// Whether a choice applies; a refusal carries its reason ("needs a 3x3 filter").
struct Verdict {
  std::string reason;  // empty: accepted
  explicit operator bool() const { return reason.empty(); }
};
inline Verdict accept() { return {}; }
inline Verdict refuse(std::string reason) { return {std::move(reason)}; }

}  // namespace dlis

// `auto x = DLIS_TRY(f());` gives the value or returns the error from the enclosing function.
#define DLIS_TRY(expression)                                                        \
  __extension__({                                                                   \
    auto&& result_ = (expression);                                                  \
    if (!result_) return tl::unexpected<::dlis::Error>(std::move(result_.error())); \
    ::dlis::detail::take(std::move(result_));                                       \
  })

namespace dlis::detail {
template <class T>
T take(tl::expected<T, Error>&& result) {
  return std::move(*result);
}
inline void take(Status&&) {}
}  // namespace dlis::detail
