// The compiled part of the Python package: what it needs of dlis/dlis.h, without numpy.
#include "bind.h"

PYBIND11_MODULE(_dlis, m) {
  using namespace dlis::python;
  add_errors(m);
  add_lists(m);
  add_tensor(m);
  add_network(m);
  add_plan(m);
  add_exploring(m);
  add_records(m);
}
