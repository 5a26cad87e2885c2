// The pieces of the page: what the build embeds, the JSON that its script reads, its tables.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "dlis/explore/report/evidence.h"

namespace dlis {

// The text of a file of dlis/explore/report/page/, by its name; empty where there is none. The
// build makes this function (cmake/embed.cmake).
std::string_view page_file(std::string_view name);

// {fields: [{name, kind, unit, summary}], records: [{number, group, top1_low, top1_high, layers,
// and every field that is not null}], curves: [{name, model, points: [{zeros, value, low, high,
// records}]}]}. Records of one group may be compared.
std::string page_json(std::span<const Entry> entries);

// HTML. `backquotes` of sentences become <code>; numbers of records become links to their rows.
std::string guidelines_html(std::span<const Entry> entries);
std::string ablations_html(std::span<const Entry> entries, const std::string& store);
std::string curves_html(std::span<const Entry> entries);
std::string refusals_html(std::span<const Entry> entries);
std::string record_rows_html(std::span<const Entry> entries);  // <thead> and <tbody>
std::string machines_html(std::span<const Entry> entries);

std::string marked_up(std::string_view sentence);        // `x` -> <code>x</code>, escaped
std::string record_link(std::size_t number);             // <a href="#record-12">12</a>
std::string record_links(std::span<const std::size_t>);  // "12, 40"

}  // namespace dlis
