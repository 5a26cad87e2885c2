/* What the test has done by C code. */
#ifndef DLIS_TESTS_C_CALLS_H
#define DLIS_TESTS_C_CALLS_H

#include "dlis/dlis_c.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Loads `path`, runs it once on its first input and output, frees all; 0, or the number of the
 * first step that failed, whose error is copied to `error`. */
int run_in_c(const char* path, int threads, const float* input, size_t input_bytes, float* output,
             size_t output_bytes, char* error, size_t error_bytes);

#ifdef __cplusplus
}
#endif

#endif
