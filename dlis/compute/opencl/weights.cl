// How kernels read weights: as f32, or as f16 (HALF), which any device widens as it loads it.
#if HALF
#define WEIGHT half
#define WEIGHTS_4(i, w) vload_half4(i, w)
#define WEIGHTS_8(i, w) vload_half8(i, w)
#define WEIGHTS_16(i, w) vload_half16(i, w)
#else
#define WEIGHT float
#define WEIGHTS_4(i, w) vload4(i, w)
#define WEIGHTS_8(i, w) vload8(i, w)
#define WEIGHTS_16(i, w) vload16(i, w)
#endif
