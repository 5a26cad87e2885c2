/* A client in C: everything of dlis_c.h that one run needs. */
#include "c_calls.h"

#include <string.h>

static int failed(int step, char* error, size_t error_bytes) {
  strncpy(error, dlis_last_error(), error_bytes - 1);
  error[error_bytes - 1] = 0;
  return step;
}

static int run_session(dlis_session* session, const float* input, size_t input_bytes, float* output,
                       size_t output_bytes, char* error, size_t error_bytes) {
  dlis_value in, out;
  const void* inputs[1] = {input};
  void* outputs[1] = {output};
  if (dlis_input_count(session) != 1 || dlis_output_count(session) != 1) return 3;
  if (dlis_input(session, 0, &in) != 0) return failed(4, error, error_bytes);
  if (dlis_output(session, 0, &out) != 0) return failed(5, error, error_bytes);
  if (in.type != DLIS_F32 || in.rank != 4 || in.bytes != input_bytes) return 6;
  if (out.type != DLIS_F32 || out.rank != 2 || out.bytes != output_bytes) return 7;
  if (dlis_run(session, inputs, 1, outputs, 1) != 0) return failed(8, error, error_bytes);
  return 0;
}

int run_in_c(const char* path, int threads, const float* input, size_t input_bytes, float* output,
             size_t output_bytes, char* error, size_t error_bytes) {
  dlis_model* model = dlis_load(path);
  dlis_session* session;
  int step;
  if (!model) return failed(1, error, error_bytes);
  session = dlis_open(model, threads);
  dlis_free_model(model);
  if (!session) return failed(2, error, error_bytes);
  step = run_session(session, input, input_bytes, output, output_bytes, error, error_bytes);
  dlis_free_session(session);
  return step;
}
