// The row `winograd_sparse_f4`: F(4 x 4, 3 x 3) that skips single weights that are zero in its
// domain.
#include "dlis/compute/winograd/csr_products.h"
#include "dlis/compute/winograd/winograd.h"

namespace dlis {

extern constinit const ConvRow winograd_sparse_f4_row = winograd_row<WinogradCsr, 4>(
    "winograd_sparse_f4",
    "CSR weights, tiles of 4x4 outputs; single weights cost nothing where zero", 5e-6);

}  // namespace dlis
