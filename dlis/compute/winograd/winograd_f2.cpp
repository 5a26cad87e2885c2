// The row `winograd_f2`: 16 multiplications for 4 outputs of a 3x3 filter, 2.25 times fewer.
#include "dlis/compute/winograd/dense_products.h"
#include "dlis/compute/winograd/winograd.h"

namespace dlis {

extern constinit const ConvRow winograd_f2_row = winograd_row<WinogradDense, 2>(
    "winograd_f2", "3x3 filters in tiles of 2x2 outputs: 2.25 times fewer multiplications", 2e-6);

}  // namespace dlis
