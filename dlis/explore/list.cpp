// Walks the lists of all layers.
#include "dlis/explore/list.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/compress/technique.h"
#include "dlis/compute/device_ops.h"
#include "dlis/compute/parallel/schedule.h"
#include "dlis/compute/row.h"
#include "dlis/data/dataset.h"
#include "dlis/explore/executor.h"
#include "dlis/explore/target/target_row.h"
#include "dlis/format/encoded.h"
#include "dlis/hardware/device.h"
#include "dlis/model/op.h"
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
    rows.push_back({"device", row->name, "", row->summary,
                    verdict ? row->describe() : "not here: " + verdict.reason});
  }
}

// Who computes it; a convolution's rows have names of their own.
std::string computed_by(std::string_view name) {
  std::vector<std::string> devices;
  if (name == "Conv" || name == "WinogradConv") devices = {"the convolution rows"};
  for (const auto& list : {op_rows(), device_op_rows()})
    for (const OpRow* row : list)
      if (row->name == name && std::ranges::find(devices, row->device) == devices.end())
        devices.emplace_back(row->device);
  return devices.empty() ? "settled when a network is loaded or planned"
                         : "computed by " + join(devices, ", ");
}

void add_operators(Rows& rows) {
  for (const Operator* row : operators())
    rows.push_back({"operator", row->name, "", computed_by(row->name)});
}

void add_datasets(Rows& rows) {
  for (const DatasetRow* row : datasets()) rows.push_back({"data", row->name, "", row->form});
}

void add_executors(Rows& rows) {
  for (const Executor* row : executors()) rows.push_back({"executor", row->name, "", row->summary});
}

void add_targets(Rows& rows) {
  for (const TargetRow* row : target_rows())
    rows.push_back({"target", row->name, "", fmt::format("{}: {}", row->form, row->summary)});
}

struct Layer {
  const char* name;
  void (*add)(Rows&);
};
constexpr Layer kLayers[] = {{"model", add_models},       {"compress", add_techniques},
                             {"format", add_formats},     {"compute", add_compute},
                             {"schedule", add_schedules}, {"device", add_devices},
                             {"operator", add_operators}, {"data", add_datasets},
                             {"executor", add_executors}, {"target", add_targets}};

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
