// The row `winograd_bsr_f4`: F(4 x 4, 3 x 3) that skips blocks of 16 filters that are zero in its
// domain.
#include "dlis/compute/winograd/bsr_products.h"
#include "dlis/compute/winograd/winograd.h"

namespace dlis {

extern constinit const ConvRow winograd_bsr_f4_row = winograd_row<WinogradBsr, 4>(
    "winograd_bsr_f4",
    "BSR weights, tiles of 4x4 outputs; blocks of 16 filters cost nothing where zero", 5e-6);

}  // namespace dlis
