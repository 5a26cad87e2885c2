// What the library with LibTorch offers, as function pointers.
#pragma once
#include "dlis/compress/checkpoint.h"

namespace dlis {

struct TrainingTable {
  Result<TrainingState*> (*start)(const Graph&, const Dataset&, const Preprocessing&,
                                  const TrainingSettings&);
  void (*close)(TrainingState*);
  std::int64_t (*steps)(const TrainingState&);
  std::int64_t (*steps_per_epoch)(const TrainingState&);
  std::int64_t (*step)(const TrainingState&);
  Status (*advance)(TrainingState&, std::int64_t steps, const OnReport&);
  Graph (*graph)(const TrainingState&);
  Status (*replace)(TrainingState&, const Graph&);
  Status (*hold_zeros)(TrainingState&, const Graph&);
  Status (*set_teacher)(TrainingState&, const Graph&);
  Status (*set_quants)(TrainingState&, const std::map<ValueId, Quant>&);
  Status (*set_ternary)(TrainingState&, const std::vector<ValueId>&, double threshold);
  void (*watch_saliency)(TrainingState&, bool channels);
  void (*stop_watching)(TrainingState&);
  Saliency (*saliency)(const TrainingState&);
  Result<Checkpoint> (*checkpoint)(const TrainingState&);
  Status (*resume)(TrainingState&, const Checkpoint&);
};

// The symbol that is looked up. Both sides are built together, of the same headers.
extern "C" const TrainingTable* dlis_training_table();

}  // namespace dlis
