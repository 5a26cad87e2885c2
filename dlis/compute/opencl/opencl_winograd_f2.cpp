// The row `opencl_winograd_f2`: for small maps, on which larger tiles hang over the edge, and for
// many channels, whose transformed weights are 2.25 times fewer than those of 4x4.
#include "dlis/compute/opencl/opencl_winograd.h"

namespace dlis {

extern constinit const ConvRow opencl_winograd_f2_row = opencl_winograd_row_of<2>(
    "opencl_winograd_f2",
    "3x3 filters in tiles of 2x2 outputs: 2.25 times fewer multiplications, by OpenCL", 2e-6);

}  // namespace dlis
