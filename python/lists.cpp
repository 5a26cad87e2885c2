// The rows of every layer, the devices of this machine, the version.
#include "bind.h"

namespace dlis::python {
namespace {

py::list rows(const std::string& layer) {
  py::list listed;
  for (const ListedRow& row : value_of(list_rows(layer))) {
    py::dict line;
    line["layer"] = row.layer;
    line["name"] = row.name;
    line["parameters"] = row.parameters;
    line["summary"] = row.here.empty() ? row.summary : row.here;  // as the command lists it
    listed.append(line);
  }
  return listed;
}

struct Found {
  const Device* device;
  Verdict verdict;
  std::string about;
};

py::list devices_here() {
  std::vector<Found> all;
  {
    const py::gil_scoped_release released;  // OpenCL looks for its drivers
    for (const Device* device : devices()) {
      const Verdict verdict = device->available();
      all.push_back({device, verdict, verdict ? device->describe() : verdict.reason});
    }
  }
  py::list listed;
  for (const Found& found : all) {
    py::dict line;
    line["name"] = found.device->name;
    line["available"] = bool(found.verdict);
    line["about"] = found.about;
    listed.append(line);
  }
  return listed;
}

}  // namespace

void add_lists(py::module_& m) {
  m.attr("version") = version();
  m.def("rows", rows);
  m.def("devices", devices_here);
}

}  // namespace dlis::python
