// The passes in the order that `plan` uses.
#include "dlis/model/passes.h"

namespace dlis {
namespace {

// Debug builds check what each pass made; release builds only the end.
Result<Graph> checked([[maybe_unused]] const char* pass, Graph graph) {
#ifndef NDEBUG
  Status status = validate(graph);
  if (!status) {
    status.error().where = std::string("after ") + pass + ", " + status.error().where;
    return tl::unexpected(std::move(status.error()));
  }
#endif
  return graph;
}

struct Pass {
  const char* name;
  Graph (*run)(Graph);
};
constexpr Pass kPasses[] = {
    {"remove_dead", remove_dead},
    {"remove_identities", remove_identities},
    {"use_gemm", use_gemm},
    {"fuse_gelu", fuse_gelu},
    {"fold_batchnorm", fold_batchnorm},
    {"fold_scale", fold_scale},
    {"fold_clamps", fold_clamps},
    {"fuse_ends", fuse_ends},
};

}  // namespace

Result<Graph> prepare(Graph graph) {
  graph = DLIS_TRY(fold_constants(std::move(graph)));
  graph = DLIS_TRY(checked("fold_constants", std::move(graph)));
  for (const Pass& pass : kPasses) graph = DLIS_TRY(checked(pass.name, pass.run(std::move(graph))));
  DLIS_TRY(infer_shapes(graph));
  DLIS_TRY(validate(graph));
  return graph;
}

}  // namespace dlis
