// dlis.Error, and what stops a long call.
#include "bind.h"

namespace dlis::python {
namespace {

PyObject* error_type = nullptr;  // lives as long as the interpreter

constexpr double kLookMs = 50;  // between two looks at signals

}  // namespace

py::str str_of(const std::string& bytes) {
  const auto size = py::ssize_t(bytes.size());
  PyObject* text = PyUnicode_DecodeUTF8(bytes.data(), size, "backslashreplace");
  if (!text) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(text);
}

void raise(const Error& error) {
  const py::object value = py::reinterpret_borrow<py::object>(error_type)(str_of(error.message()));
  value.attr("what") = str_of(error.what);
  value.attr("where") = str_of(error.where);
  value.attr("hint") = str_of(error.hint);
  value.attr("refused") = error.refused;
  PyErr_SetObject(error_type, value.ptr());
  throw py::error_already_set();
}

bool Watch::go_on(const std::string& text, double share) {
  if (raised_) return false;
  const double now = now_ms();
  if (now < due_ms_) return true;
  due_ms_ = now + kLookMs;
  const py::gil_scoped_acquire held;
  try {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!progress_.is_none()) progress_(text, share);
  } catch (...) {
    raised_ = std::current_exception();
  }
  return !raised_;
}

void add_errors(py::module_& m) {
  py::dict parts;
  for (const char* part : {"what", "where", "hint"}) parts[part] = "";
  parts["refused"] = false;
  error_type = PyErr_NewExceptionWithDoc(
      "dlis.Error",
      "What went wrong, where, and what to do about it, as one sentence: the one that the command "
      "prints. `refused`: a choice does not apply here.",
      PyExc_ValueError, parts.ptr());
  if (!error_type) throw py::error_already_set();
  m.attr("Error") = py::reinterpret_borrow<py::object>(error_type);
  m.def("fail", [](const std::string& what, const std::string& where, const std::string& hint) {
    raise({what, where, hint});
  });
  m.def("unknown_name",
        [](const std::string& kind, const std::string& name,
           const std::vector<std::string>& known) { raise(unknown_name(kind, name, known)); });
}

}  // namespace dlis::python
