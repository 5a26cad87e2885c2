// The row `winograd_f4`: 36 multiplications for 16 outputs of a 3x3 filter, 4 times fewer.
#include "dlis/compute/winograd/dense_products.h"
#include "dlis/compute/winograd/winograd.h"

namespace dlis {

extern constinit const ConvRow winograd_f4_row = winograd_row<WinogradDense, 4>(
    "winograd_f4", "3x3 filters in tiles of 4x4 outputs: a quarter of the multiplications", 5e-6);

}  // namespace dlis
