// The one-line form of a convolution problem, and its parser.
#include "dlis/compute/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dlis/base/divide.h"
#include "dlis/base/text.h"
#include "dlis/base/winograd.h"

namespace dlis {
namespace {

constexpr std::int64_t kMaxExtent = std::int64_t(1) << 31;

struct ActivationName {
  Activation activation;
  std::string_view name;
  int parameters;
};
constexpr std::array kActivations{
    ActivationName{Activation::relu, "relu", 0},
    ActivationName{Activation::clip, "clip", 2},
    ActivationName{Activation::leaky_relu, "leaky_relu", 1},
    ActivationName{Activation::hardswish, "hardswish", 0},
    ActivationName{Activation::hardsigmoid, "hardsigmoid", 2},
    ActivationName{Activation::sigmoid, "sigmoid", 0},
};
constexpr std::array kTypes{DType::f32, DType::f16, DType::bf16, DType::i8,
                            DType::u8,  DType::i32, DType::i64};

std::string pair_text(char key, std::int64_t a, std::int64_t b, std::int64_t otherwise) {
  if (a == otherwise && b == otherwise) return {};
  return a == b ? fmt::format(" {}{}", key, a) : fmt::format(" {}{}x{}", key, a, b);
}

std::string padding_text(const ConvProblem& p) {
  if (p.pad_top == p.pad_bottom && p.pad_left == p.pad_right)
    return pair_text('p', p.pad_top, p.pad_left, 0);
  return fmt::format(" p{}/{}/{}/{}", p.pad_top, p.pad_left, p.pad_bottom, p.pad_right);
}

std::string types_text(const ConvProblem& p) {
  if (p.type == DType::f32 && p.y_type == DType::f32 && p.add_type == DType::f32) return {};
  if (p.type == p.y_type && p.type == p.add_type) return fmt::format(" type{}", name_of(p.type));
  return fmt::format(" type{}/{}/{}", name_of(p.type), name_of(p.y_type), name_of(p.add_type));
}

std::string ends_text(const FusedEnds& ends) {
  std::string text;
  if (ends.bias) text += " +bias";
  for (const ActivationName& row : kActivations) {
    if (row.activation != ends.activation) continue;
    text += fmt::format(" +{}", row.name);
    if (row.parameters > 0) text += fmt::format("{}", ends.a);
    if (row.parameters > 1) text += fmt::format("/{}", ends.b);
  }
  if (ends.add) text += " +add";
  return text;
}

// A label is known by its colon, and holds no white space.
std::string label_text(std::string label) {
  if (label.empty()) return {};
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  std::ranges::replace_if(label, blank, '_');
  const bool plain = label.find(':') != std::string::npos && label[0] != ':' && label[0] != '+';
  return (plain ? " " : " :") + label;
}

Error bad(std::string_view field, std::string_view expected) {
  return {fmt::format("'{}' is no field of a convolution problem", field),
          {},
          fmt::format("write {}", expected)};
}

Result<std::int64_t> extent(std::string_view digits, std::string_view field) {
  auto value = parse_integer(digits);
  if (!value || *value < 0 || *value > kMaxExtent || digits[0] == '-' || digits[0] == '+')
    return tl::unexpected(bad(field, "numbers from 0 to 2147483648"));
  return *value;
}

// Letters in this order, each with a number: "n1h56w56c64".
Status read_extents(std::string_view field, std::string_view letters,
                    std::initializer_list<std::int64_t*> to) {
  std::size_t at = 0;
  auto out = to.begin();
  for (char letter : letters) {
    if (at >= field.size() || field[at] != letter)
      return tl::unexpected(bad(field, "a line as in `n1h56w56c64 k64r3s3 p1`"));
    const std::size_t end = std::min(field.find_first_not_of("0123456789", at + 1), field.size());
    **out++ = DLIS_TRY(extent(field.substr(at + 1, end - at - 1), field));
    at = end;
  }
  if (at != field.size()) return tl::unexpected(bad(field, "nothing behind the last number"));
  return {};
}

// "1", "1x0", and for padding "1/0/1/0".
Status read_sizes(std::string_view field, char separator, std::initializer_list<std::int64_t*> to) {
  const auto parts = split(field.substr(1), separator);
  if (parts.size() != 1 && parts.size() != to.size())
    return tl::unexpected(bad(field, "one number or one for each side"));
  std::size_t i = 0;
  for (std::int64_t* value : to)
    *value = DLIS_TRY(extent(parts[parts.size() == 1 ? 0 : i++], field));
  return {};
}

Status read_end(std::string_view field, FusedEnds& ends) {
  const std::string_view name = field.substr(1);
  if (name == "bias") return ends.bias = true, Status();
  if (name == "add") return ends.add = true, Status();
  for (const ActivationName& row : kActivations) {
    if (!name.starts_with(row.name)) continue;
    const std::string_view rest = name.substr(row.name.size());
    const auto numbers = split(rest, '/');
    if (row.parameters == 0 ? !rest.empty() : int(numbers.size()) != row.parameters) continue;
    ends.activation = row.activation;
    if (row.parameters > 0) ends.a = float(DLIS_TRY(parse_real(numbers[0], field)));
    if (row.parameters > 1) ends.b = float(DLIS_TRY(parse_real(numbers[1], field)));
    return {};
  }
  return tl::unexpected(bad(field, "+bias, +add or an activation as in +relu or +clip0/6"));
}

// "u8", or one for each of x, y and residual: "u8/f32/i8".
Status read_types(std::string_view field, ConvProblem& p) {
  const auto names = split(field.substr(4), '/');
  if (names.size() != 1 && names.size() != 3)
    return tl::unexpected(bad(field, "one type, or those of x, y and residual"));
  std::size_t i = 0;
  for (DType* to : {&p.type, &p.y_type, &p.add_type}) {
    const std::string_view name = names[names.size() == 1 ? 0 : i++];
    const auto type = std::ranges::find_if(kTypes, [&](DType t) { return name == name_of(t); });
    if (type == kTypes.end()) return tl::unexpected(bad(field, "a type as in typeu8 or typebf16"));
    *to = *type;
  }
  return {};
}

// "4" or "4relu".
Status read_winograd(std::string_view text, std::string_view field, ConvProblem& p) {
  p.winograd_relu = text.ends_with("relu");
  if (p.winograd_relu) text.remove_suffix(4);
  const bool digit = text.size() == 1 && text[0] >= '0' && text[0] <= '9';
  p.winograd = digit ? text[0] - '0' : 0;
  return winograd_matrices(p.winograd)
             ? Status()
             : tl::unexpected(
                   bad(field, "winograd2, winograd4 or winograd6, with or without relu"));
}

Status read_named(std::string_view field, ConvProblem& p) {
  if (field.starts_with("density")) {
    p.density = DLIS_TRY(parse_real(field.substr(7), field));
    return {};
  }
  if (field.starts_with("winograd") && field.find(':') == std::string_view::npos)
    return read_winograd(field.substr(8), field, p);
  if (field.starts_with("type") && field.find(':') == std::string_view::npos)
    return read_types(field, p);
  if (const Format* format = find_format(field)) return p.format = format, Status();
  if (field.find(':') == std::string_view::npos)
    return tl::unexpected(
        bad(field, "a part of a problem, a format's name, or a label with a colon"));
  p.label = std::string(field[0] == ':' ? field.substr(1) : field);
  return {};
}

Status read_field(std::string_view field, ConvProblem& p) {
  if (field[0] == '+') return read_end(field, p.ends);
  const bool number = field.size() > 1 && field[1] >= '0' && field[1] <= '9';
  if (!number || field.find(':') != std::string_view::npos) return read_named(field, p);
  switch (field[0]) {
    case 'u':
      return read_sizes(field, 'x', {&p.stride_h, &p.stride_w});
    case 'd':
      return read_sizes(field, 'x', {&p.dilation_h, &p.dilation_w});
    case 'g':
      return read_sizes(field, 'x', {&p.groups});
    case 'p':
      if (field.find('/') != std::string_view::npos)
        return read_sizes(field, '/', {&p.pad_top, &p.pad_left, &p.pad_bottom, &p.pad_right});
      if (auto read = read_sizes(field, 'x', {&p.pad_top, &p.pad_left}); !read) return read;
      p.pad_bottom = p.pad_top;
      p.pad_right = p.pad_left;
      return {};
    case 't': {
      std::int64_t workers = 0;
      DLIS_TRY(read_sizes(field, 'x', {&workers}));
      if (workers < 1 || workers > 4096)
        return tl::unexpected(bad(field, "from 1 to 4096 workers"));
      p.workers = int(workers);
      return {};
    }
    default:
      return read_named(field, p);
  }
}

Status check(const ConvProblem& p, std::string_view text) {
  const auto wrong = [&](const char* what) { return fail(what, std::string(text)); };
  if (std::min({p.n, p.h, p.w, p.c, p.k, p.r, p.s, p.groups}) < 1)
    return wrong("every extent of a convolution has to be at least 1");
  if (std::min({p.stride_h, p.stride_w, p.dilation_h, p.dilation_w}) < 1)
    return wrong("stride and dilation have to be at least 1");
  if (p.c % p.groups != 0 || p.k % p.groups != 0)
    return wrong("groups have to divide the channels and the filters");
  if (p.dilation_h * (p.r - 1) >= p.h + p.pad_top + p.pad_bottom ||
      p.dilation_w * (p.s - 1) >= p.w + p.pad_left + p.pad_right)
    return wrong("the filter is larger than the padded input");
  if (p.winograd != 0 && (p.r != 3 || p.s != 3 || p.groups != 1 ||
                          std::max({p.stride_h, p.stride_w, p.dilation_h, p.dilation_w}) > 1))
    return wrong("the Winograd domain is one of 3x3 filters, stride 1 and a single group");
  if (!(p.density >= 0 && p.density <= 1)) return wrong("density is a share from 0 to 1");
  return {};
}

}  // namespace

double stored_macs(const ConvProblem& p, double density) {
  if (p.winograd == 0) return density * double(p.macs());
  const std::int64_t m = p.winograd, a = m + 2;
  const std::int64_t tiles = p.n * divide_up(p.p(), m) * divide_up(p.q(), m);
  return density * double(tiles * a * a * p.k * p.c);
}

bool ConvProblem::pointwise() const {
  return r == 1 && s == 1 && stride_h == 1 && stride_w == 1 && groups == 1 && pad_top == 0 &&
         pad_left == 0 && pad_bottom == 0 && pad_right == 0;
}

Shape ConvProblem::weights_shape() const {
  if (winograd != 0) return {k, c, winograd + 2, winograd + 2};
  return {k, c / groups, r, s};
}

std::string line(const ConvProblem& p) {
  std::string text = fmt::format("n{}h{}w{}c{} k{}r{}s{}", p.n, p.h, p.w, p.c, p.k, p.r, p.s);
  text += pair_text('u', p.stride_h, p.stride_w, 1);
  text += padding_text(p);
  text += pair_text('d', p.dilation_h, p.dilation_w, 1);
  if (p.groups != 1) text += fmt::format(" g{}", p.groups);
  if (p.winograd != 0)
    text += fmt::format(" winograd{}{}", p.winograd, p.winograd_relu ? "relu" : "");
  text += ends_text(p.ends);
  text += types_text(p);
  if (p.format) text += fmt::format(" {}", p.format->name);
  if (p.density != 1) text += fmt::format(" density{}", p.density);
  if (p.workers != 1) text += fmt::format(" t{}", p.workers);
  return text + label_text(p.label);
}

Result<ConvProblem> parse_conv_problem(std::string_view text) {
  ConvProblem p;
  int fields = 0;
  for (std::string_view field : split(trim(text), ' ')) {
    if (field.empty()) continue;
    switch (fields++) {
      case 0:
        DLIS_TRY(read_extents(field, "nhwc", {&p.n, &p.h, &p.w, &p.c}));
        break;
      case 1:
        DLIS_TRY(read_extents(field, "krs", {&p.k, &p.r, &p.s}));
        break;
      default:
        DLIS_TRY(read_field(field, p));
    }
  }
  if (fields < 2)
    return fail("a convolution problem has at least two fields", std::string(text),
                "write a line as in `n1h56w56c64 k64r3s3 p1`");
  DLIS_TRY(check(p, text));
  return p;
}

}  // namespace dlis
