// What the files of the Python module share: errors that become exceptions, work without the
// interpreter's lock, and long calls that Ctrl-C stops.
#pragma once
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <exception>

#include "dlis/dlis.h"

namespace dlis::python {

namespace py = pybind11;

// Each adds its classes and functions to the module.
void add_errors(py::module_& m);
void add_lists(py::module_& m);
void add_tensor(py::module_& m);
void add_network(py::module_& m);
void add_plan(py::module_& m);
void add_exploring(py::module_& m);
void add_records(py::module_& m);

py::dict dict_of(const Record& record);

// Names of files and of values may be any bytes: what is no UTF-8 becomes escapes.
py::str str_of(const std::string& bytes);

// Raises dlis.Error with the sentence that the command prints.
[[noreturn]] void raise(const Error& error);

template <class T>
T value_of(Result<T> result) {
  if (!result) raise(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Other threads of Python run while `work`, which touches no Python object, makes its Result. No
// destructor takes the lock back: where the interpreter has ended meanwhile that ends the thread.
template <class Work>
auto result_without_lock(const Work& work) {
  PyThreadState* state = PyEval_SaveThread();
  try {
    auto result = work();
    PyEval_RestoreThread(state);
    return result;
  } catch (const std::exception&) {
    PyEval_RestoreThread(state);
    throw;
  }
}
template <class Work>
auto without_lock(const Work& work) {
  return value_of(result_without_lock(work));
}

// What a long call asks whether it shall go on: Python's signals and the caller's
// `progress(text, share)` may end it by an exception.
class Watch {
 public:
  explicit Watch(py::object progress) : progress_(std::move(progress)) {}
  // From any thread, without the lock; looks at most some times a second.
  bool go_on(const std::string& text, double share);

  template <class Work>
  auto run(const Work& work) {
    auto result = result_without_lock(work);
    if (raised_) std::rethrow_exception(raised_);
    return value_of(std::move(result));
  }

 private:
  py::object progress_;
  double due_ms_ = 0;
  std::exception_ptr raised_;
};

}  // namespace dlis::python
