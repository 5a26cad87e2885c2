// What a graph is, as a key: equal content gives equal text, whatever file it came from.
#pragma once
#include <string>

#include "dlis/model/graph.h"

namespace dlis {

// 32 hexadecimal digits over nodes, attributes, shapes, weights and metadata.
std::string content_hash(const Graph& graph);

}  // namespace dlis
