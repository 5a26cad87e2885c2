// Runs one convolution row on one problem so many times, for tools that count what it executes.
//   run_row ROW "PROBLEM" TIMES ISA any|in_order
// Prints the problem's multiply-adds, or says what is wrong and returns 1.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "dlis/compute/conv/conv_case.h"

namespace dlis {
namespace {

int wrong(std::string_view what) {
  std::fprintf(stderr, "%.*s\n", int(what.size()), what.data());
  return 1;
}

int run(char** arguments) {
  const ConvRow* row = find_conv_row(arguments[1]);
  if (!row) return wrong("there is no such row");
  auto problem = parse_conv_problem(arguments[2]);
  if (!problem) return wrong(problem.error().message());
  problem->isa = host_isa_under(arguments[4]);
  if (name_of(problem->isa) != arguments[4]) return wrong("this processor has no such ISA");
  if (const Verdict verdict = accepts(*row, *problem); !verdict) return wrong(verdict.reason);
  ConvCase c(*problem, 7);
  c.set_in_order(std::string_view(arguments[5]) == "in_order");
  c.prepare(*row);
  for (int times = std::atoi(arguments[3]); times > 0; --times) c.whole(*row);
  std::printf("%lld\n", static_cast<long long>(problem->macs()));
  return 0;
}

}  // namespace
}  // namespace dlis

int main(int count, char** arguments) {
  if (count != 6) return dlis::wrong("run_row ROW PROBLEM TIMES ISA any|in_order");
  return dlis::run(arguments);
}
