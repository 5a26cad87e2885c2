// Looks for packed weights beside the file, and leaves them there.
#include "dlis/runtime/start.h"

#include <fmt/format.h>

#include "dlis/base/hash.h"
#include "dlis/runtime/choice_cache.h"
#include "dlis/runtime/file.h"
#include "dlis/runtime/file_header.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

// Whether packed weights are those of this file, for these rows and workers. The file goes by size
// and time: its hash would read all of it.
std::string key_of(const fs::path& file, const StartOptions& options) {
  std::error_code ignored;
  Hasher hasher;
  hasher.add(std::int64_t(kFileVersion)).add(std::int64_t(fs::file_size(file, ignored)));
  hasher.add(std::int64_t(fs::last_write_time(file, ignored).time_since_epoch().count()));
  hasher.add(name_of(host_isa())).add(std::int64_t(options.threads));
  for (const ConvRow* row : conv_rows())
    hasher.add(std::string_view(row->name)).add(std::int64_t(row->version));
  return hasher.hex();
}

// Where packed weights may lie, the best place first.
std::vector<fs::path> places_of(const fs::path& file, const StartOptions& options) {
  const std::string name = fmt::format("{}.{}.t{}.cache.dlis", file.stem().string(),
                                       name_of(host_isa()), options.threads);
  if (!options.folder.empty()) return {options.folder / name};
  std::vector<fs::path> places{file.parent_path() / name};
  if (const fs::path user = default_cache_file(); !user.empty()) {
    std::error_code ignored;
    const std::string whole = fs::absolute(file, ignored).string();
    const std::string folder = Hasher().add(whole).hex().substr(0, 12);
    places.push_back(user.parent_path() / "packed" / folder / name);
  }
  return places;
}

Result<std::shared_ptr<const Plan>> plan_packed(Graph graph, const StartOptions& options) {
  PlanOptions plan;
  plan.threads = options.threads;
  return make_plan(graph, plan);
}

// The plan of what an earlier start left in `place`; null where it left nothing that fits.
std::shared_ptr<const Plan> kept_plan(const fs::path& place, const std::string& key,
                                      const StartOptions& options) {
  std::error_code ignored;
  if (!fs::exists(place, ignored)) return nullptr;
  auto graph = load_dlis(place);
  if (!graph || !graph->packed || graph->packed->made_from != key) return nullptr;
  auto plan = plan_packed(std::move(*graph), options);
  return plan ? *plan : nullptr;
}

// Leaves the plan's panels in the first place that takes them; its name, or none.
fs::path keep(const Plan& plan, const std::vector<fs::path>& places, const std::string& key) {
  std::error_code ignored;
  for (const fs::path& place : places) {
    if (place.has_parent_path()) fs::create_directories(place.parent_path(), ignored);
    if (save_dlis(plan, place, key)) return place;
  }
  return {};
}

}  // namespace

Result<Started> start_file(const fs::path& file, const StartOptions& options) {
  Graph graph = DLIS_TRY(load_dlis(file));
  const bool decides = options.tune != Tune::off || !options.choices.empty();
  if (graph.packed && decides)
    return fail("the file holds a plan and its packed weights", file.string(),
                "tune the file that `dlis pack MODEL -o FILE` makes without --for");
  if (graph.packed) return Started{DLIS_TRY(plan_packed(std::move(graph), options)), file, true};
  const std::string key = key_of(file, options);
  const std::vector<fs::path> places = places_of(file, options);
  if (options.keep && !decides)
    for (const fs::path& place : places)
      if (auto plan = kept_plan(place, key, options)) return Started{std::move(plan), place, true};
  PlanOptions how;
  how.threads = options.threads;
  how.tune = options.tune;
  how.choices = options.choices;
  how.keep_weights = options.keep;
  auto plan = DLIS_TRY(make_plan(graph, how));
  if (!options.keep) return Started{std::move(plan), {}, false};
  // The plan of the file reads the mapped panels, so that this one's copy can go.
  const fs::path place = keep(*plan, places, key);
  if (!place.empty())
    if (auto kept = kept_plan(place, key, options)) return Started{std::move(kept), place, false};
  return Started{std::move(plan), {}, false};
}

}  // namespace dlis
