// Parses /proc/cpuinfo, which is text for people and differs between architectures.
#include "dlis/hardware/cpuinfo.h"

#include <charconv>

#include "dlis/base/text.h"

namespace dlis {
namespace {

constexpr ArmPart kParts[] = {
    {0x41, 0xc05, "cortex-a5", 0.7, true},
    {0x41, 0xc07, "cortex-a7", 0.85, true},
    {0x41, 0xc08, "cortex-a8", 0.9, true},
    {0x41, 0xc09, "cortex-a9", 1.1},
    {0x41, 0xc0d, "cortex-a17", 1.6},
    {0x41, 0xc0e, "cortex-a17", 1.6},
    {0x41, 0xc0f, "cortex-a15", 1.6},
    {0x41, 0xd01, "cortex-a32", 0.8, true},
    {0x41, 0xd03, "cortex-a53", 1.0, true},
    {0x41, 0xd04, "cortex-a35", 0.8, true},
    {0x41, 0xd05, "cortex-a55", 1.1, true},
    {0x41, 0xd07, "cortex-a57", 1.75},
    {0x41, 0xd08, "cortex-a72", 2.1},
    {0x41, 0xd09, "cortex-a73", 1.75},
    {0x41, 0xd0a, "cortex-a75", 1.85},
    {0x41, 0xd0b, "cortex-a76", 2.3},
    {0x41, 0xd0c, "neoverse-n1", 2.3},
    {0x41, 0xd0d, "cortex-a77", 2.5},
    {0x41, 0xd40, "neoverse-v1", 3.2},
    {0x41, 0xd41, "cortex-a78", 2.5},
    {0x41, 0xd44, "cortex-x1", 3.2},
    {0x41, 0xd46, "cortex-a510", 1.2, true},
    {0x41, 0xd47, "cortex-a710", 2.7},
    {0x41, 0xd48, "cortex-x2", 3.3},
    {0x41, 0xd49, "neoverse-n2", 2.7},
    {0x41, 0xd4d, "cortex-a715", 2.7},
    {0x41, 0xd4e, "cortex-x3", 3.4},
    {0x41, 0xd4f, "neoverse-v2", 3.4},
    {0x41, 0xd80, "cortex-a520", 1.3, true},
    {0x41, 0xd81, "cortex-a720", 2.7},
    {0x41, 0xd82, "cortex-x4", 3.5},
    {0x48, 0xd01, "kunpeng-920", 2.1},
    {0x51, 0x06f, "krait", 1.2},
    {0x51, 0x800, "kryo-2xx-gold", 1.75},
    {0x51, 0x801, "kryo-2xx-silver", 1.0, true},
    {0x51, 0x802, "kryo-3xx-gold", 1.85},
    {0x51, 0x803, "kryo-3xx-silver", 1.1, true},
    {0x51, 0x804, "kryo-4xx-gold", 2.3},
    {0x51, 0x805, "kryo-4xx-silver", 1.1, true},
    {0x61, 0x022, "apple-icestorm", 1.8},
    {0x61, 0x023, "apple-firestorm", 3.5},
};

// "0x41" or "41"; -1 where it is neither.
int parse_number(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  int value = -1;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

// Old kernels state the part once, behind the last processor: it is then everybody's.
void spread_single_part(CpuInfo& info) {
  CpuInfo::Part only;
  int stated = 0;
  for (const auto& [cpu, part] : info.parts)
    if (part.part >= 0) only = part, ++stated;
  if (stated != 1) return;
  for (auto& [cpu, part] : info.parts) part = only;
}

}  // namespace

const ArmPart* find_arm_part(int implementer, int part) {
  for (const ArmPart& known : kParts)
    if (known.implementer == implementer && known.part == part) return &known;
  return nullptr;
}

CpuInfo parse_cpuinfo(std::string_view text) {
  CpuInfo info;
  int cpu = -1;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trim(line.substr(0, colon)), value = trim(line.substr(colon + 1));
    if (key == "processor" && parse_number(value) >= 0) info.parts[cpu = parse_number(value)] = {};
    if (key == "model name" && info.model_name.empty()) info.model_name = value;
    if (key == "Model" || (key == "Hardware" && info.board.empty())) info.board = value;
    if (cpu < 0) continue;
    if (key == "CPU implementer") info.parts[cpu].implementer = parse_number(value);
    if (key == "CPU part") info.parts[cpu].part = parse_number(value);
  }
  spread_single_part(info);
  return info;
}

}  // namespace dlis
