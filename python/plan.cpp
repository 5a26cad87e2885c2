// Plans and their runs on memory of the caller's.
#include <fmt/format.h>

#include <mutex>

#include "network.h"

namespace dlis::python {
namespace {

using PlanPointer = std::shared_ptr<const Plan>;

// A plan and its idle sessions: each run of a thread of Python takes one, or opens one more. A
// process that was forked has no threads of theirs, so it opens its own.
class RunnablePlan {
 public:
  explicit RunnablePlan(PlanPointer plan) : plan_(std::move(plan)) {}
  const Plan& plan() const { return *plan_; }

  Status run(std::span<const std::byte* const> inputs, std::span<std::byte* const> outputs) {
    Session session = DLIS_TRY(take());
    const Status done = session.run(inputs, outputs);
    if (!done) return done;
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
    return {};
  }

 private:
  Result<Session> take() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(process_, process_id()) != process_id()) idle_.clear();
      if (!idle_.empty()) {
        Session session = std::move(idle_.back());
        idle_.pop_back();
        return session;
      }
    }
    return Session::open(plan_);
  }

  PlanPointer plan_;
  std::mutex mutex_;
  int process_ = process_id();
  std::vector<Session> idle_;
};

// The bytes of an object that lends them in one piece, for as long as this lives.
class Lent {
 public:
  Lent(py::handle object, bool writable, const Value& value) {
    if (PyObject_GetBuffer(object.ptr(), &view_, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) != 0)
      throw py::error_already_set();
    const std::size_t wanted = std::size_t(value.shape->elements()) * size_of(value.type);
    if (std::size_t(view_.len) == wanted) return;
    PyBuffer_Release(&view_);
    raise({fmt::format("{} bytes were given, {} are needed", view_.len, wanted), value.name, ""});
  }
  Lent(const Lent&) = delete;
  Lent(Lent&& other) noexcept : view_(other.view_) { other.view_.obj = nullptr; }
  ~Lent() { PyBuffer_Release(&view_); }
  std::byte* data() const { return static_cast<std::byte*>(view_.buf); }

 private:
  Py_buffer view_{};
};

std::vector<Lent> borrow(const py::list& objects, bool writable, const Graph& graph,
                         const std::vector<ValueId>& ids) {
  if (objects.size() != ids.size())
    raise({fmt::format("the network has {} {}, {} were given", ids.size(),
                       writable ? "outputs" : "inputs", objects.size()),
           "", ""});
  std::vector<Lent> lent;
  lent.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    lent.emplace_back(objects[i], writable, graph.value(ids[i]));
  return lent;
}

// Reads `inputs` and writes `outputs` where they lie.
void run_plan(RunnablePlan& plan, const py::list& inputs, const py::list& outputs) {
  const Graph& graph = plan.plan().graph;
  const auto read = borrow(inputs, false, graph, graph.inputs);
  const auto written = borrow(outputs, true, graph, graph.outputs);
  std::vector<const std::byte*> from;
  std::vector<std::byte*> to;
  for (const Lent& lent : read) from.push_back(lent.data());
  for (const Lent& lent : written) to.push_back(lent.data());
  without_lock([&] { return plan.run(from, to); });
}

// What a verb of the command takes, with the same meaning; an empty text is its default.
struct PlanRequest {
  std::string format, compute, schedule, device, tune = "quick", memory;
  int threads = 1;
  std::filesystem::path choices;  // of a plan that was saved
};

Result<PlanOptions> options_of(const std::string& model, const PlanRequest& request) {
  const auto axis = [](const std::string& value) {
    return value.empty() ? std::vector<std::string>{} : std::vector<std::string>{value};
  };
  const Space space{{model},
                    {},
                    axis(request.format),
                    axis(request.compute),
                    axis(request.schedule),
                    axis(request.device),
                    {request.threads},
                    {}};
  PlanOptions options = plan_options(DLIS_TRY(stacks_of(space)).front());
  options.tune = DLIS_TRY(parse_tune(request.tune));
  options.memory_bytes = DLIS_TRY(parse_memory(request.memory));
  if (!request.choices.empty()) options.choices = DLIS_TRY(load_choices(request.choices));
  return options;
}

std::unique_ptr<RunnablePlan> plan_of(const Network& network, const PlanRequest& request) {
  Watch watch(py::none{});
  return std::make_unique<RunnablePlan>(watch.run([&]() -> Result<PlanPointer> {
    PlanOptions options = DLIS_TRY(options_of(network.model, request));
    options.go_on = [&] { return watch.go_on("planning", 0); };
    return make_plan(network.graph, options);
  }));
}

}  // namespace

void add_plan(py::module_& m) {
  py::class_<PlanRequest>(m, "PlanRequest")
      .def(py::init<>())
      .def_readwrite("format", &PlanRequest::format)
      .def_readwrite("compute", &PlanRequest::compute)
      .def_readwrite("schedule", &PlanRequest::schedule)
      .def_readwrite("device", &PlanRequest::device)
      .def_readwrite("tune", &PlanRequest::tune)
      .def_readwrite("memory", &PlanRequest::memory)
      .def_readwrite("threads", &PlanRequest::threads)
      .def_readwrite("choices", &PlanRequest::choices);
  const auto number = [](std::size_t Plan::*field) {
    return [field](const RunnablePlan& p) { return p.plan().*field; };
  };
  py::class_<RunnablePlan>(m, "Plan")
      .def_property_readonly(
          "inputs",
          [](const RunnablePlan& p) { return texts_of(p.plan().graph, p.plan().graph.inputs); })
      .def_property_readonly(
          "outputs",
          [](const RunnablePlan& p) { return texts_of(p.plan().graph, p.plan().graph.outputs); })
      .def_property_readonly("weights_bytes", number(&Plan::weights_bytes))
      .def_property_readonly("activation_bytes", number(&Plan::arena_bytes))
      .def_property_readonly("scratch_bytes", number(&Plan::scratch_bytes))
      .def_property_readonly("peak_bytes",
                             [](const RunnablePlan& p) { return p.plan().peak_bytes(); })
      .def("run", run_plan)
      .def("explain", [](const RunnablePlan& p) { return explain(p.plan()); })
      .def("save", [](const RunnablePlan& p, const std::filesystem::path& file) {
        value_of(save_choices(choices_of(p.plan()), file));
      });
  m.def("make_plan", plan_of);
}

}  // namespace dlis::python
