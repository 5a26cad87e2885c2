// Reads speeds.json beside the recorded files of a board.
#include "dlis/explore/board_speeds.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/file.h"
#include "dlis/runtime/json.h"

namespace dlis {
namespace {

using Json = nlohmann::json;

constexpr double kMost = 1e9;  // 10^9 a second of anything

// A figure above 0 that says where it is from.
bool read_figure(const Json& object, const char* key, double& figure, std::string& source) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_number()) return false;
  if (!object.contains("source") || !object["source"].is_string()) return false;
  figure = object[key].get<double>();
  source = object["source"].get<std::string>();
  return figure > 0 && figure < kMost && !source.empty();
}

Result<KindSpeed> speed_of(const std::string& kind, const Json& root, const std::string& file) {
  const Json kinds = root.value("kinds", Json::array());
  for (const Json& each : kinds) {
    if (!each.is_object() || each.value("kind", Json()) != kind) continue;
    KindSpeed speed{kind, 0, {}};
    if (read_figure(each, "gflops", speed.gflops, speed.source)) return speed;
  }
  return fail(fmt::format("it has no speed of '{}' with its source", kind), file,
              R"(write {"kind": ..., "gflops": ..., "source": ...} into "kinds")");
}

}  // namespace

Result<Board> read_board(const std::filesystem::path& folder) {
  Board board;
  board.topology = DLIS_TRY(read_topology(folder));
  const std::string file = (folder / "speeds.json").string();
  if (!std::filesystem::exists(file))
    return fail("the speeds of this board are not recorded", file,
                "boards/README.md says what the file holds");
  const std::string text = DLIS_TRY(read_text(file));
  const Json root = parse_json<Json>(text);
  if (!root.is_object())
    return fail("this is no file of speeds", file, "boards/README.md says what it holds");
  for (const CoreKind& kind : board.topology.kinds)
    board.kinds.push_back(DLIS_TRY(speed_of(kind.name, root, file)));
  if (!read_figure(root.value("memory", Json()), "gbytes_per_s", board.gbytes_per_s,
                   board.memory_source))
    return fail("it has no memory rate with its source", file,
                R"(write "memory": {"gbytes_per_s": ..., "source": ...})");
  return board;
}

SimulatedCores cores_of(const Board& board, int workers) {
  SimulatedCores cores;
  for (const Core& core : board.topology.cores)
    cores.speeds.push_back(1e9 * board.kinds[std::size_t(core.kind)].gflops);
  std::ranges::sort(cores.speeds, std::greater<>());
  cores.speeds.resize(std::min(cores.speeds.size(), std::size_t(std::max(workers, 1))));
  cores.bytes_per_s = 1e9 * board.gbytes_per_s;
  return cores;
}

}  // namespace dlis
