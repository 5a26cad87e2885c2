// An image file as a network's input.
#include <fmt/format.h>

#include "dlis/data/image.h"

namespace dlis {

Result<Tensor> load_input_image(const std::filesystem::path& file, const Shape& input_shape,
                                const Preprocessing& how) {
  const bool fits = input_shape.rank() == 4 && input_shape[0] == 1 && input_shape[2] > 0 &&
                    input_shape[3] > 0 && (input_shape[1] == 1 || input_shape[1] == 3);
  if (!fits)
    return fail(fmt::format("an image does not fit the network's input of {}", input_shape.text()),
                file.string(),
                "it needs 1 x 3 x H x W or 1 x 1 x H x W; a .npy file can have any shape");
  const Tensor image = DLIS_TRY(load_image(file, int(input_shape[1])));
  const Tensor fitted = DLIS_TRY(fit_image(image, input_shape[2], input_shape[3],
                                           how.resize_for(input_shape[2], input_shape[3])));
  return normalised(fitted.reshaped({1, input_shape[2], input_shape[3], input_shape[1]}), how, 0,
                    1);
}

}  // namespace dlis
