// What loaders take at most. tools/docs_pages draws the table of SECURITY.md from these lines, and
// a test goes one past each: what a file says is compared with them, or with the memory that is
// available, before memory is taken for it.
#pragma once
#include <cstddef>
#include <cstdint>

namespace dlis {

// Bytes of a text file: plan, record, list, board.
inline constexpr std::size_t kMostTextBytes = 64u << 20;
// Bytes of a recipe.
inline constexpr std::size_t kMostRecipeBytes = 1u << 20;
// Bytes of a stack, or of a job of dlis-run.
inline constexpr std::size_t kMostLineBytes = 1u << 20;
// Bytes of JSON: a plan, a record, an answer of dlis-run.
inline constexpr std::size_t kMostJsonBytes = 16u << 20;
// Arrays and objects inside each other in JSON.
inline constexpr int kMostJsonDepth = 64;
// Threads of a stack, a job or a plan.
inline constexpr int kMostThreads = 1024;
// Tiles in a chunk of a schedule.
inline constexpr std::int64_t kMostChunk = std::int64_t(1) << 40;
// Speeds of a weighted schedule.
inline constexpr std::size_t kMostSpeeds = 4096;
// Classes in a list of images.
inline constexpr int kMostClasses = 1000000;

// Nodes of a network.
inline constexpr std::size_t kMostNodes = 1u << 20;
// Values of a network: inputs, weights, results.
inline constexpr std::size_t kMostValues = 1u << 21;
// Bytes of the name of a node or a value.
inline constexpr std::size_t kMostNameBytes = 1u << 12;
// Elements of a value.
inline constexpr std::int64_t kMostValueElements = std::int64_t(1) << 40;
// Elements of a value that is computed at load; larger ones are computed when the network runs.
inline constexpr std::int64_t kMostFolded = std::int64_t(1) << 28;
// Bytes of a .onnx.gz, unpacked.
inline constexpr std::uint64_t kMostUnpackedBytes = std::uint64_t(4) << 30;
// Tables of a .dlis file.
inline constexpr unsigned kMostFileTables = 1u << 23;
// Times the structure of a .dlis file that its names and lists take in memory.
inline constexpr std::uint64_t kMostFileGrowth = 32;

// Bytes of a PNG or JPEG file.
inline constexpr std::size_t kMostImageBytes = std::size_t(1) << 30;
// Pixels of an image.
inline constexpr std::int64_t kMostImagePixels = std::int64_t(1) << 28;
// Scans of a JPEG file; a progressive one has about ten.
inline constexpr int kMostJpegScans = 100;
// Pixels of a side of an image that is scaled.
inline constexpr std::int64_t kMostImageSide = std::int64_t(1) << 16;
// Bytes of the header of a .npy file.
inline constexpr std::size_t kMostNpyHeaderBytes = 1u << 16;

}  // namespace dlis
