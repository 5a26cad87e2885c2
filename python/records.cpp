// Records and what an exploration found.
#include "bind.h"

namespace dlis::python {
namespace {

py::object object_of(const Field& value) {
  if (auto* text = std::get_if<std::string>(&value)) return str_of(*text);
  if (auto* integer = std::get_if<std::int64_t>(&value)) return py::int_(*integer);
  if (auto* real = std::get_if<double>(&value); real && std::isfinite(*real))
    return py::float_(*real);
  return py::none();
}

py::list records(const std::filesystem::path& file) {
  const auto all = without_lock([&]() -> Result<std::vector<Record>> {
    const Store store = DLIS_TRY(Store::open_existing(file));
    return store.all();
  });
  py::list listed;
  for (const Record& record : all) listed.append(dict_of(record));
  return listed;
}

// The page, and the tables with their advice as text.
std::pair<std::string, std::string> report(const std::filesystem::path& file) {
  return without_lock([&]() -> Result<std::pair<std::string, std::string>> {
    const Store store = DLIS_TRY(Store::open_existing(file));
    const auto all = DLIS_TRY(store.all());
    const std::string answer = DLIS_TRY(store.answer()).text;
    return std::pair(html_report(all, file.string(), answer), report_text(all, answer));
  });
}

// `store`: what it must not take the place of.
void write(const std::filesystem::path& file, const std::string& text,
           const std::filesystem::path& store) {
  without_lock([&]() -> Status {
    DLIS_TRY(check_is_not_store(file, store));
    return write_file_atomic(file, text);
  });
}

}  // namespace

// Every field in order, as --json has them.
py::dict dict_of(const Record& record) {
  py::dict fields;
  for (const FieldSpec& field : record_fields()) {
    const auto found = record.values.find(field.name);
    fields[field.name] = found == record.values.end() ? py::none() : object_of(found->second);
  }
  return fields;
}

void add_records(py::module_& m) {
  m.def("records", records);
  m.def("report", report);
  m.def("write", write);
}

}  // namespace dlis::python
