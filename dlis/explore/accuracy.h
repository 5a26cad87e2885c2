// How often a plan is right, and how sure that is.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "dlis/data/dataset.h"
#include "dlis/explore/record.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// How many images were told right.
struct Accuracy {
  std::int64_t images = 0;
  std::int64_t correct = 0;
  std::optional<double> top1;  // percent; none where the images have no labels
  std::optional<double> loss;  // mean cross-entropy of the logits, where there are labels
  std::vector<std::int32_t> predictions;  // the class of each image; -1 where the output is NaN
  double images_per_second = 0;
};

// Whether accuracy can be measured on the data. Errors: those of accuracy_of() but stopped.
Status check_classifier(const Graph& graph, const Dataset& data);

// The rows, formats and bits of `plan` (which may be for any batch) over all images, in batches, on
// all cores: results do not depend on the batch, the number of workers or the schedule. `graph` is
// the one that `plan` was made of. `progress` gets the images done so far; false stops.
// Errors: a network that is no image classifier, images of another size or number of classes;
// stopped.
Result<Accuracy> accuracy_of(const Graph& graph, const Plan& plan, const Dataset& data,
                             const std::function<bool(std::int64_t done)>& progress = {});

// The same from the class that each image was given elsewhere, one an image; without a loss.
Accuracy accuracy_of(std::vector<std::int32_t> classes, const Dataset& data);

// Percent of images for which both tell the same class; the two must have seen the same images.
double agreement_of(const Accuracy& a, const Accuracy& b);

// The 95 % interval of a proportion, in percent (Wilson, "Probable inference", JASA 22, 1927): with
// z = 1.96, (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). No images: 0 to 100.
struct Interval {
  double low = 0, high = 100;
};
Interval wilson_interval(std::int64_t correct, std::int64_t images);
// Of a record's top1; none where it or its images are not known.
std::optional<Interval> top1_interval(const Record& record);

}  // namespace dlis
