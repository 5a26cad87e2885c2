// A convolution by CLBlast on the OpenCL device: im2col and a matrix product, batch by batch.
#pragma once
#include <vector>

#include "dlis/compute/row.h"
#include "dlis/hardware/opencl.h"

namespace dlis {

// NCHW values and KCRS weights, without bias, residual and activation; padding is the same on both
// sides of an axis.
class ClblastRun {
 public:
  static Verdict accepts(const ConvProblem& problem);

  // `x` is a view of NCHW axes; `weights` are K x C x R x S floats.
  ClblastRun(const ConvProblem& problem, const ConstView& x, const float* weights);

  Status once();                 // waits until it is done
  std::vector<float> outputs();  // in the order n, k, p, q

 private:
  ConvProblem problem_;
  DeviceQueue queue_;
  DeviceMemory x_, weights_, y_;
};

}  // namespace dlis
