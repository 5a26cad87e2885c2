// Explorations: the product of the axes, or a search within a budget.
#include <fmt/format.h>

#include "bind.h"

namespace dlis::python {
namespace {

std::string text_of(const Progress& progress) {
  std::string text = fmt::format("{} of {}", progress.done + 1, progress.total);
  if (!progress.phase.empty()) text += ", " + progress.phase;
  return text + ": " + progress.stack;
}

py::dict run_exploration(const Exploration& asked, py::object progress) {
  Watch watch(std::move(progress));
  const Explored result = watch.run([&] {
    return explore(asked, [&](const Progress& now) {
      const double share = now.total ? double(now.done) / double(now.total) : 1;
      return watch.go_on(text_of(now), share);
    });
  });
  if (result.missed) raise(*result.missed);
  py::list records;
  for (const Record& record : result.records) records.append(dict_of(record));
  py::dict told;
  told["records"] = records;
  told["answer"] = result.answer;
  return told;
}

// What the options --memory, --tune and --seconds say.
void set_limits(Exploration& asked, const std::string& memory, const std::string& tune,
                double seconds) {
  value_of(check_seconds(seconds));
  asked.options.seconds = seconds;
  asked.options.memory_bytes = value_of(parse_memory(memory));
  asked.options.tune = value_of(parse_tune(tune));
}

}  // namespace

void add_exploring(py::module_& m) {
  py::class_<Space>(m, "Space")
      .def_readwrite("models", &Space::models)
      .def_readwrite("compress", &Space::compress)
      .def_readwrite("format", &Space::format)
      .def_readwrite("compute", &Space::compute)
      .def_readwrite("schedule", &Space::schedule)
      .def_readwrite("device", &Space::device)
      .def_readwrite("threads", &Space::threads)
      .def_readwrite("stacks", &Space::stacks);
  py::class_<ConstraintTexts>(m, "Constraints")
      .def_readwrite("min_top1", &ConstraintTexts::min_top1)
      .def_readwrite("max_ms", &ConstraintTexts::max_ms)
      .def_readwrite("max_memory", &ConstraintTexts::max_memory)
      .def_readwrite("max_bytes", &ConstraintTexts::max_bytes);
  py::class_<EvaluateOptions>(m, "Options")
      .def_readwrite("data", &EvaluateOptions::data)
      .def_property(
          "batch", [](const EvaluateOptions& o) { return o.model.batch; },
          [](EvaluateOptions& o, std::int64_t batch) { o.model.batch = batch; })
      .def_property(
          "seed", [](const EvaluateOptions& o) { return o.model.seed; },
          [](EvaluateOptions& o, std::uint64_t seed) { o.model.seed = seed; });
  py::class_<Exploration>(m, "Exploration")
      .def(py::init([] {
        Exploration asked;
        asked.zoo = DLIS_SOURCE_FOLDER;
        return asked;
      }))
      .def_readonly("space", &Exploration::space)
      .def_readonly("options", &Exploration::options)
      .def_readonly("constraints", &Exploration::constraints)
      .def_readwrite("store", &Exploration::store)
      .def_readwrite("budget", &Exploration::budget)
      .def_readwrite("grid", &Exploration::grid)
      .def_readwrite("retrain", &Exploration::retrain)
      .def_readwrite("zoo", &Exploration::zoo)
      .def("set_limits", set_limits)
      .def("run", run_exploration);
}

}  // namespace dlis::python
