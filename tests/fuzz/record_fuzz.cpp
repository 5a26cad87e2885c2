// Any text given to the readers of records and of their layers ends in values that are the same
// once written and read again, or in an error with a sentence.
#include "dlis/base/text.h"
#include "dlis/explore/layers.h"
#include "dlis/explore/record_file.h"
#include "tests/fuzz/fuzz.h"

namespace {

// A field is a number or a text, and a column of the table.
void expect_fields(const dlis::Record& record) {
  using namespace dlis;
  for (const FieldSpec& field : record_fields())
    fuzz::expect(!record.number(field.name) || record.text(field.name).empty());
  fuzz::expect(split(csv_header(), ',').size() == record_fields().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto record = record_from_json(text)) {
    expect_fields(*record);
    const auto again = record_from_json(to_json(*record));
    fuzz::expect(again && to_json(*again) == to_json(*record) && !to_csv(*record).empty());
  } else {
    fuzz::expect_sentence(record.error());
  }
  if (const auto layers = layers_from_json(text)) {
    const auto again = layers_from_json(to_json(*layers));
    fuzz::expect(again && *again == *layers);
  } else {
    fuzz::expect_sentence(layers.error());
  }
  if (const auto record = parse_record_file(text, "fuzz", "key"); !record)
    fuzz::expect_sentence(record.error());
  return 0;
}
