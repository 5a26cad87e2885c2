/* The C ABI of dlis' run-time part: load a .dlis file, open a session on it, run it.
 *
 * Handles are opaque. Functions give 0 where all is well and a negative number otherwise;
 * dlis_last_error then says in one sentence what is wrong. A model may be shared by threads; a
 * session belongs to one thread at a time. The caller owns all buffers. */
#ifndef DLIS_DLIS_C_H
#define DLIS_DLIS_C_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a function changes or goes; new functions come without a new version. */
#define DLIS_C_VERSION 1

#define DLIS_C_MOST_AXES 8

typedef struct dlis_model dlis_model;
typedef struct dlis_session dlis_session;

/* Numbers of element types; they never change. */
typedef enum dlis_type {
  DLIS_F32 = 0,
  DLIS_F16 = 1,
  DLIS_BF16 = 2,
  DLIS_I8 = 3,
  DLIS_U8 = 4,
  DLIS_I32 = 5,
  DLIS_I64 = 6
} dlis_type;

/* One input or output: row-major, axes as in ONNX (N x C x H x W). `name` lives as long as the
 * session. */
typedef struct dlis_value {
  const char* name;
  dlis_type type;
  int32_t rank;
  int64_t shape[DLIS_C_MOST_AXES];
  size_t bytes;
} dlis_value;

/* DLIS_C_VERSION of the library, to compare with that of this header. */
int dlis_version(void);

/* What the last failing call of this thread met; "" where none failed. Valid until the thread's
 * next call of a function of this header. */
const char* dlis_last_error(void);

/* Maps a .dlis file. Null: it failed. Weights that are not packed are packed into a cache file
 * beside it when a session is first opened, and used from there at the next start. */
dlis_model* dlis_load(const char* path);

/* A session with so many workers. Sessions of one model share its weights where they have the same
 * number of workers. Null: it failed. */
dlis_session* dlis_open(dlis_model* model, int threads);

/* Negative: there is no such session. */
int dlis_input_count(const dlis_session* session);
int dlis_output_count(const dlis_session* session);
int dlis_input(const dlis_session* session, int index, dlis_value* value);
int dlis_output(const dlis_session* session, int index, dlis_value* value);

/* Runs once: reads every input, writes every output, as many bytes as dlis_value says. Takes
 * nothing from the heap. */
int dlis_run(dlis_session* session, const void* const* inputs, size_t input_count,
             void* const* outputs, size_t output_count);

/* Null is allowed. A model may be freed before its sessions. */
void dlis_free_session(dlis_session* session);
void dlis_free_model(dlis_model* model);

#ifdef __cplusplus
}
#endif

#endif
