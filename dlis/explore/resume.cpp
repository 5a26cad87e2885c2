// The training of a network as it is.
#include "dlis/explore/resume.h"

namespace dlis {

Result<Trained> train(const Graph& graph, const Graph* teacher, const Dataset& data,
                      const Preprocessing& how, const TrainingSettings& settings,
                      const Checkpoints& kept, const OnReport& report) {
  if (!kept.folder.empty()) DLIS_TRY(check_checkpoints(kept.folder));
  if (graph.packed || (teacher && teacher->packed))
    return fail("its weights are packed for one plan", graph.name, "train the ONNX file");
  Training training = DLIS_TRY(Training::start(graph, data, how, settings));
  if (teacher) DLIS_TRY(training.set_teacher(*teacher));
  Trained made;
  if (!kept.folder.empty()) {
    made.checkpoint =
        checkpoint_file(kept.folder, "train", "", graph, teacher, data, how, settings);
    training.keep_in(made.checkpoint, kept.seconds);
  }
  DLIS_TRY(training.resume());
  DLIS_TRY(training.finish(report));
  made.graph = training.graph();
  return made;
}

}  // namespace dlis
