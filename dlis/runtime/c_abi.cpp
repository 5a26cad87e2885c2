// The C ABI over start_file and Session; no exception leaves it.
#include <fmt/format.h>

#include <map>
#include <mutex>
#include <new>

#include "dlis/dlis_c.h"
#include "dlis/runtime/file.h"
#include "dlis/runtime/session.h"
#include "dlis/runtime/start.h"

struct dlis_model {
  std::filesystem::path file;
  std::mutex mutex;
  std::map<int, std::shared_ptr<const dlis::Plan>> plans;  // by workers
};

struct dlis_session {
  dlis::Session session;
};

namespace dlis {
namespace {

thread_local std::string last_error;

void tell(const Error& error) noexcept {
  try {
    last_error = error.message();
  } catch (...) {
    last_error.clear();
  }
}

// What `work` gives, or `failed` and the error.
template <class T, class Work>
T guarded(T failed, Work work) noexcept {
  try {
    last_error.clear();
    Result<T> result = work();
    if (result) return *result;
    tell(result.error());
  } catch (const std::bad_alloc&) {
    tell({"there is not enough memory", "", "take a smaller network"});
  } catch (const std::exception& error) {
    tell({error.what(), "", ""});
  }
  return failed;
}

Result<std::shared_ptr<const Plan>> plan_of(dlis_model& model, int threads) {
  const std::lock_guard lock(model.mutex);
  auto& plan = model.plans[threads];
  if (!plan) {
    StartOptions options;
    options.threads = threads;
    plan = DLIS_TRY(start_file(model.file, options)).plan;
  }
  return plan;
}

Result<int> describe(const dlis_session* session, bool input, int index, dlis_value* value) {
  if (!session || !value) return fail("a null pointer was given");
  const Graph& graph = session->session.plan().graph;
  const auto& ids = input ? graph.inputs : graph.outputs;
  if (index < 0 || std::size_t(index) >= ids.size())
    return fail(fmt::format("there is no {} {}", input ? "input" : "output", index), graph.name,
                fmt::format("it has {}", ids.size()));
  const Value& of = graph.value(ids[std::size_t(index)]);
  *value = {of.name.c_str(), dlis_type(of.type), of.shape->rank(), {}, 0};
  std::copy(of.shape->begin(), of.shape->end(), value->shape);
  value->bytes = std::size_t(of.shape->elements()) * size_of(of.type);
  return 0;
}

template <class Pointer>
bool any_null(const Pointer* pointers, std::size_t count) {
  return count > 0 &&
         (!pointers || std::find(pointers, pointers + count, nullptr) != pointers + count);
}

Status check_buffers(const Graph& graph, const void* const* inputs, std::size_t input_count,
                     void* const* outputs, std::size_t output_count) {
  if (input_count != graph.inputs.size() || output_count != graph.outputs.size())
    return fail(fmt::format("{} inputs and {} outputs were given", input_count, output_count),
                graph.name,
                fmt::format("it has {} and {}", graph.inputs.size(), graph.outputs.size()));
  if (any_null(inputs, input_count) || any_null(outputs, output_count))
    return fail("a null pointer was given", graph.name);
  return {};
}

}  // namespace
}  // namespace dlis

static_assert(int(dlis::DType::i64) == DLIS_I64 && int(dlis::DType::bf16) == DLIS_BF16 &&
              dlis::kMaxRank == DLIS_C_MOST_AXES);

extern "C" {

int dlis_version(void) { return DLIS_C_VERSION; }

const char* dlis_last_error(void) { return dlis::last_error.c_str(); }

dlis_model* dlis_load(const char* path) {
  return dlis::guarded<dlis_model*>(nullptr, [&]() -> dlis::Result<dlis_model*> {
    if (!path) return dlis::fail("a null pointer was given");
    DLIS_TRY(dlis::load_dlis(path));
    auto model = std::make_unique<dlis_model>();
    model->file = path;
    return model.release();
  });
}

dlis_session* dlis_open(dlis_model* model, int threads) {
  return dlis::guarded<dlis_session*>(nullptr, [&]() -> dlis::Result<dlis_session*> {
    if (!model) return dlis::fail("a null pointer was given");
    auto plan = DLIS_TRY(dlis::plan_of(*model, threads));
    dlis::Session session = DLIS_TRY(dlis::Session::open(std::move(plan)));
    return new dlis_session{std::move(session)};
  });
}

int dlis_input_count(const dlis_session* session) {
  return session ? int(session->session.plan().graph.inputs.size()) : -1;
}

int dlis_output_count(const dlis_session* session) {
  return session ? int(session->session.plan().graph.outputs.size()) : -1;
}

int dlis_input(const dlis_session* session, int index, dlis_value* value) {
  return dlis::guarded(-1, [&] { return dlis::describe(session, true, index, value); });
}

int dlis_output(const dlis_session* session, int index, dlis_value* value) {
  return dlis::guarded(-1, [&] { return dlis::describe(session, false, index, value); });
}

int dlis_run(dlis_session* session, const void* const* inputs, size_t input_count,
             void* const* outputs, size_t output_count) {
  return dlis::guarded(-1, [&]() -> dlis::Result<int> {
    if (!session) return dlis::fail("a null pointer was given");
    DLIS_TRY(dlis::check_buffers(session->session.plan().graph, inputs, input_count, outputs,
                                 output_count));
    DLIS_TRY(session->session.run({reinterpret_cast<const std::byte* const*>(inputs), input_count},
                                  {reinterpret_cast<std::byte* const*>(outputs), output_count}));
    return 0;
  });
}

void dlis_free_session(dlis_session* session) { delete session; }
void dlis_free_model(dlis_model* model) { delete model; }
}
