// The row `winograd_sparse_f2`: F(2 x 2, 3 x 3) that skips single weights that are zero in its
// domain.
#include "dlis/compute/winograd/csr_products.h"
#include "dlis/compute/winograd/winograd.h"

namespace dlis {

extern constinit const ConvRow winograd_sparse_f2_row = winograd_row<WinogradCsr, 2>(
    "winograd_sparse_f2",
    "CSR weights, tiles of 2x2 outputs; single weights cost nothing where zero", 2e-6);

}  // namespace dlis
