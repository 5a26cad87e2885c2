// Draws a plot: scales, ticks at round numbers, marks with their spread, a legend.
#include "dlis/explore/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/explore/html.h"

namespace dlis {
namespace {

constexpr double kWidth = 720, kHeight = 440, kLeft = 74, kRight = 24, kTop = 48, kBottom = 62;
// Okabe and Ito's colours, which people with any colour vision tell apart.
constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7"};

// From 0 to a round number at or above the largest value.
struct Axis {
  double step = 1, end = 1;

  explicit Axis(double largest) {
    if (!(largest > 0)) return;
    const double power = std::pow(10, std::floor(std::log10(largest / 5)));
    for (const double times : {1.0, 2.0, 5.0, 10.0})
      if ((step = times * power) * 6 >= largest) break;
    end = step * std::ceil(largest / step * (1 - 1e-9));
  }
  int ticks() const { return int(std::lround(end / step)); }
};

struct Scales {
  Axis x, y;
  double across(double value) const { return kLeft + value / x.end * (kWidth - kLeft - kRight); }
  double down(double value) const {
    return kHeight - kBottom - value / y.end * (kHeight - kTop - kBottom);
  }
};

bool is_finite(const PlotPoint& p) {
  return std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(p.low) && std::isfinite(p.high);
}

Scales scales_of(const Plot& plot) {
  double x = 0, y = 0;
  for (const PlotSeries& series : plot.series)
    for (const PlotPoint& p : series.points)
      if (is_finite(p)) x = std::max(x, p.x), y = std::max(y, std::max(p.y, p.high));
  return {Axis(x), Axis(y)};
}

std::string text_at(double x, double y, const char* anchor, const std::string& text,
                    const std::string& more = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y,
                     anchor, more, html_escaped(text));
}

std::string line_between(double x1, double y1, double x2, double y2, const char* colour) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2,
      y2, colour);
}

std::string axes(const Plot& plot, const Scales& s) {
  const double bottom = kHeight - kBottom, right = kWidth - kRight;
  std::string out;
  for (int i = 0; i <= s.x.ticks(); ++i) {
    const double x = s.across(i * s.x.step);
    out += line_between(x, kTop, x, bottom + 5, "#ddd");
    out += text_at(x, bottom + 20, "middle", fmt::format("{:g}", i * s.x.step));
  }
  for (int i = 0; i <= s.y.ticks(); ++i) {
    const double y = s.down(i * s.y.step);
    out += line_between(kLeft - 5, y, right, y, "#ddd");
    out += text_at(kLeft - 9, y + 4, "end", fmt::format("{:g}", i * s.y.step));
  }
  out += line_between(kLeft, bottom, right, bottom, "#333");
  out += line_between(kLeft, kTop, kLeft, bottom, "#333");
  out += text_at((kLeft + right) / 2, kHeight - 16, "middle", plot.x_label);
  const double middle = (kTop + bottom) / 2;
  return out + text_at(18, middle, "middle", plot.y_label,
                       fmt::format(" transform=\"rotate(-90 18 {:.1f})\"", middle));
}

std::string mark(std::size_t series, double x, double y, const std::string& note) {
  const char* colour = kColours[series % std::size(kColours)];
  const std::string title = note.empty() ? "" : "<title>" + html_escaped(note) + "</title>";
  if (series % 2 == 0)
    return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\">{}</circle>\n", x,
                       y, colour, title);
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"7\" height=\"7\" fill=\"none\" stroke=\"{}\" "
      "stroke-width=\"1.5\">{}</rect>\n",
      x - 3.5, y - 3.5, colour, title);
}

std::string drawn(const PlotSeries& series, std::size_t index, const Scales& s) {
  const char* colour = kColours[index % std::size(kColours)];
  std::string path, marks;
  for (const PlotPoint& p : series.points) {
    if (!is_finite(p)) continue;
    const double x = s.across(p.x), y = s.down(p.y);
    path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", x, y);
    if (p.high > p.low) marks += line_between(x, s.down(p.low), x, s.down(p.high), colour);
    marks += mark(index, x, y, p.note);
  }
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"{}/>\n", path, colour,
                     index % 2 ? " stroke-dasharray=\"5 4\"" : "") +
         marks;
}

std::string legend(const Plot& plot) {
  std::string out;
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const double y = kTop + 14 + 20 * double(i);
    out += mark(i, kWidth - kRight - 12, y - 4, "");
    out += text_at(kWidth - kRight - 24, y, "end", plot.series[i].name);
  }
  return out;
}

}  // namespace

std::string svg_of(const Plot& plot) {
  const Scales scales = scales_of(plot);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" width=\"{0:g}\" "
      "height=\"{1:g}\" role=\"img\" aria-labelledby=\"title description\" "
      "font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n"
      "<title id=\"title\">{2}</title>\n<desc id=\"description\">{3}</desc>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      kWidth, kHeight, html_escaped(plot.title), html_escaped(plot.description));
  out += text_at(kWidth / 2, 26, "middle", plot.title, " font-size=\"16\"");
  out += axes(plot, scales);
  for (std::size_t i = 0; i < plot.series.size(); ++i) out += drawn(plot.series[i], i, scales);
  return out + legend(plot) + "</svg>\n";
}

}  // namespace dlis
