// Points and lines as an SVG picture that stands alone: for reports and for screen readers.
#pragma once
#include <string>
#include <vector>

namespace dlis {

// A mark with its spread.
struct PlotPoint {
  double x = 0, y = 0;
  double low = 0, high = 0;  // the spread of y; equal to y where none is known
  std::string note;          // shown when the point is pointed at
};
// Points of one colour.
struct PlotSeries {
  std::string name;
  std::vector<PlotPoint> points;
};
// What svg_of draws.
struct Plot {
  std::string title, description, x_label, y_label;
  std::vector<PlotSeries> series;
};

// Axes begin at 0. Series differ in colour and in the shape of their marks; title and description
// are the picture's accessible name and text. Values that are not finite are left out.
std::string svg_of(const Plot& plot);

}  // namespace dlis
