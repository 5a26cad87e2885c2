// Loads, runs, times, and writes the outputs.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "arguments.h"

namespace dlis::app {
namespace {

namespace fs = std::filesystem;

std::size_t bytes_of(const Value& value) {
  return std::size_t(value.shape->elements()) * size_of(value.type);
}

Result<Tensor> load_input(const fs::path& file, const Value& value) {
  if (file.extension() == ".npy") {
    Tensor tensor = DLIS_TRY(load_npy(file));
    if (tensor.type() == value.type && tensor.shape() == *value.shape) return tensor;
    return fail(
        fmt::format("it holds {} {}, the input '{}' is {} {}", name_of(tensor.type()),
                    tensor.shape().text(), value.name, name_of(value.type), value.shape->text()),
        file.string());
  }
  if (file.extension() != ".bin")
    return fail("this is no kind of input", file.string(), "give a .npy or .bin file");
  const Buffer bytes = DLIS_TRY(read_file(file));
  if (bytes.size() != bytes_of(value))
    return fail(fmt::format("it has {} bytes, the input '{}' is {} {}, {} bytes", bytes.size(),
                            value.name, name_of(value.type), value.shape->text(), bytes_of(value)),
                file.string());
  Tensor tensor(value.type, *value.shape);
  std::copy_n(bytes.data(), bytes.size(), tensor.edit_data());
  return tensor;
}

Status save_output(const Tensor& tensor, const fs::path& file) {
  if (file.extension() == ".npy") return save_npy(tensor, file);
  return write_file_atomic(file, std::span(tensor.data(), tensor.bytes()));
}

// What can be told before anything is computed.
Status check_files(const RunArguments& arguments) {
  if (!is_dlis_file(arguments.model))
    return fail("this is no .dlis file", arguments.model,
                "`dlis pack MODEL -o FILE.dlis` makes one");
  for (const fs::path file : arguments.outputs) {
    if (file.extension() != ".npy" && file.extension() != ".bin")
      return fail("this is no kind of output", file.string(), "write a .npy or .bin file");
    DLIS_TRY(check_writable(file));
  }
  if (!arguments.plan.empty()) DLIS_TRY(check_writable(arguments.plan));
  return {};
}

Result<std::vector<Tensor>> load_inputs(const RunArguments& arguments, const Graph& graph) {
  if (arguments.inputs.size() != graph.inputs.size())
    return fail(fmt::format("the network has {} inputs, {} files were given", graph.inputs.size(),
                            arguments.inputs.size()),
                "--input");
  if (arguments.outputs.size() > graph.outputs.size())
    return fail(fmt::format("the network has {} outputs, {} files were given", graph.outputs.size(),
                            arguments.outputs.size()),
                "--output");
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < arguments.inputs.size(); ++i)
    inputs.push_back(DLIS_TRY(load_input(arguments.inputs[i], graph.value(graph.inputs[i]))));
  return inputs;
}

struct Times {
  double load_ms = 0, first_ms = 0;
  std::vector<double> runs_ms;
};

Result<std::vector<Tensor>> run_all(Session& session, const std::vector<Tensor>& inputs, int repeat,
                                    Times& times) {
  const Graph& graph = session.plan().graph;
  std::vector<Tensor> outputs;
  std::vector<const std::byte*> from;
  std::vector<std::byte*> to;
  for (const Tensor& input : inputs) from.push_back(input.data());
  for (ValueId id : graph.outputs)
    outputs.emplace_back(graph.value(id).type, *graph.value(id).shape);
  for (Tensor& output : outputs) to.push_back(output.edit_data());
  for (int i = 0; i < repeat; ++i) {
    const double start = now_ms();
    DLIS_TRY(session.run(from, to));
    times.runs_ms.push_back(now_ms() - start);
  }
  times.first_ms = times.runs_ms[0];
  std::ranges::sort(times.runs_ms);
  return outputs;
}

void print_times(const Times& times, const Started& started, bool json) {
  const Plan& plan = *started.plan;
  const auto at = [&](double share) { return quantile(times.runs_ms, share); };
  if (json)
    fmt::print(
        "{{\"load_ms\": {:.4f}, \"first_ms\": {:.4f}, \"median_ms\": {:.4f}, \"p10_ms\": {:.4f}, "
        "\"p90_ms\": {:.4f}, \"runs\": {}, \"weights_bytes\": {}, \"activation_bytes\": {}, "
        "\"scratch_bytes\": {}, \"peak_bytes\": {}, \"was_packed\": {}}}\n",
        times.load_ms, times.first_ms, at(0.5), at(0.1), at(0.9), times.runs_ms.size(),
        plan.weights_bytes, plan.arena_bytes, plan.scratch_bytes, plan.peak_bytes(),
        started.was_packed);
  else
    fmt::print("median {:.4g} ms, p10 {:.4g}, p90 {:.4g}, {} runs; load {:.4g} ms; {} in memory\n",
               at(0.5), at(0.1), at(0.9), times.runs_ms.size(), times.load_ms,
               format_bytes(std::int64_t(plan.peak_bytes())));
}

}  // namespace

Status run_network(const RunArguments& arguments) {
  DLIS_TRY(check_files(arguments));
  if (arguments.check) DLIS_TRY(load_dlis(arguments.model, {.check_data = true}));
  StartOptions options;
  options.threads = arguments.threads;
  if (arguments.tune) options.tune = Tune::quick;
  Times times;
  const double start = now_ms();
  const Started started = DLIS_TRY(start_file(arguments.model, options));
  Session session = DLIS_TRY(Session::open(started.plan));
  times.load_ms = now_ms() - start;
  const auto inputs = DLIS_TRY(load_inputs(arguments, started.plan->graph));
  const auto outputs = DLIS_TRY(run_all(session, inputs, arguments.repeat, times));
  for (std::size_t i = 0; i < arguments.outputs.size(); ++i)
    DLIS_TRY(save_output(outputs[i], arguments.outputs[i]));
  if (!arguments.plan.empty()) DLIS_TRY(save_choices(choices_of(*started.plan), arguments.plan));
  print_times(times, started, arguments.json);
  return {};
}

}  // namespace dlis::app
