// The row `winograd_bsr_f2`: F(2 x 2, 3 x 3) that skips blocks of 16 filters that are zero in its
// domain.
#include "dlis/compute/winograd/bsr_products.h"
#include "dlis/compute/winograd/winograd.h"

namespace dlis {

extern constinit const ConvRow winograd_bsr_f2_row = winograd_row<WinogradBsr, 2>(
    "winograd_bsr_f2",
    "BSR weights, tiles of 2x2 outputs; blocks of 16 filters cost nothing where zero", 2e-6);

}  // namespace dlis
