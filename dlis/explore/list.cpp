// Walks the lists of all layers.
#include "dlis/explore/list.h"

#include <fmt/format.h>

#include "dlis/base/text.h"
#include "dlis/compress/technique.h"
#include "dlis/compute/device_ops.h"
#include "dlis/compute/parallel/schedule.h"
#include "dlis/compute/row.h"
#include "dlis/format/encoded.h"
#include "dlis/hardware/device.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis {
namespace {

using Rows = std::vector<ListedRow>;

void add_models(Rows& rows) {
  for (const ModelRow* row : models()) {
    const char* sizes = row->cifar && row->imagenet ? "[@224]" : row->imagenet ? "@224" : "";
    rows.push_back({"model", row->name, sizes, row->summary});
  }
}

void add_techniques(Rows& rows) {
  for (const Technique* row : techniques()) {
    std::string parameters, meaning;
    for (const ParameterSpec& p : row->parameters) {
      parameters += p.otherwise ? fmt::format("[:{}={}]", p.name, p.otherwise)
                                : fmt::format(":{}=...", p.name);
      meaning += fmt::format("; {}: {}", p.name, p.summary);
    }
    rows.push_back({"compress", row->name, parameters, row->summary + meaning});
  }
}

void add_formats(Rows& rows) {
  for (const Format* row : formats()) {
    const std::string summary =
        row->exact ? std::string("holds the weights exactly")
                   : fmt::format("rounds a weight by at most {:.2g} of it", row->rounding);
    rows.push_back({"format", row->name, "", summary});
  }
}

void add_compute(Rows& rows) {
  for (const ConvRow* row : conv_rows())
    rows.push_back({"compute", row->name, "", fmt::format("{} ({})", row->summary, row->device)});
  for (const auto& list : {op_rows(), device_op_rows()})
    for (const OpRow* row : list)
      rows.push_back({"compute", row->name, "", fmt::format("{} ({})", row->summary, row->device)});
}

void add_schedules(Rows& rows) {
  for (const Schedule* row : schedules())
    rows.push_back({"schedule", row->name, row->has_chunk ? "[:chunk=1]" : "", row->summary});
}

void add_devices(Rows& rows) {
  for (const Device* row : devices()) {
    const Verdict verdict = row->available();
    rows.push_back(
        {"device", row->name, "", verdict ? row->describe() : "not here: " + verdict.reason});
  }
}

struct Layer {
  const char* name;
  void (*add)(Rows&);
};
constexpr Layer kLayers[] = {{"model", add_models},       {"compress", add_techniques},
                             {"format", add_formats},     {"compute", add_compute},
                             {"schedule", add_schedules}, {"device", add_devices}};

}  // namespace

const std::vector<std::string>& layer_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Layer& layer : kLayers) all.emplace_back(layer.name);
    return all;
  }();
  return names;
}

Result<Rows> list_rows(std::string_view wanted) {
  Rows rows;
  for (const Layer& layer : kLayers)
    if (wanted.empty() || wanted == layer.name) layer.add(rows);
  if (rows.empty()) return tl::unexpected(unknown_name("layer", wanted, layer_names()));
  return rows;
}

}  // namespace dlis
